"""What is kept of a page: all of its content, whatever it is framed by, and little else."""

import re

from knowledge.ingestion.parsers import parse_bytes
from knowledge.ingestion.types import BlockKind, ParsedDocument
from knowledge.web.extract import read_page
from tests.knowledge.web.short_pages import MENU, ShortPage, short_pages

PAGES = short_pages()
MARKED = (", marked", ", classes", ", magazine")  # frames that say what their parts are


def content_html(page: str) -> str:
    return read_page(page.encode(), "https://shop.example/a", "utf-8")["html"]


def parsed(page: str) -> ParsedDocument:
    return parse_bytes(content_html(page).encode(), "a.html")


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def found(page: ShortPage, lines: list[str]) -> list[str]:
    text = bare(parsed(page.html).text)
    return [line for line in lines if bare(line) in text]


def test_all_of_the_content_is_kept():
    lost = {page.name: [line for line in page.content if line not in found(page, page.content)] for page in PAGES}
    assert {name: lines for name, lines in lost.items() if lines} == {}


def test_nothing_is_kept_of_what_is_marked_as_something_else():
    kept = {page.name: found(page, page.around) for page in PAGES if page.name.endswith(MARKED)}
    assert len(kept) == 45
    assert {name: lines for name, lines in kept.items() if lines} == {}


def test_menus_that_are_not_marked_are_left_out():
    unmarked = [page for page in PAGES if page.name.endswith(("no marks", "many links", "layout table"))]
    assert [page.name for page in unmarked if found(page, MENU)] == []
    kept = sum(len(found(page, page.around)) for page in PAGES) / sum(len(page.around) for page in PAGES)
    assert kept < 0.15


def test_a_page_that_is_a_list_of_links_keeps_it():
    links = "".join(f"<li><a href='/{number}'>怎样{what}</a></li>" for number, what in enumerate(("退款", "换货", "开票", "注销")))
    assert "怎样注销" in parsed(f"<html><body><h1>帮助</h1><ul>{links}</ul></body></html>").text


def test_headings_merged_cells_and_numbers_are_kept():
    table = "<tr><th>型号</th><th>地域</th><th>价格</th></tr><tr><td rowspan='2'>c7</td><td>北京</td><td>0.42</td></tr><tr><td>香港</td><td>0.72</td></tr>"
    page = parsed(f"<html><body><h2>3.1. 计费</h2><ol><li>登录。</li><li>续费。</li></ol><table>{table}</table></body></html>")
    assert [(block.kind, block.text) for block in page.blocks] == [
        (BlockKind.HEADING, "3.1. 计费"), (BlockKind.LIST, "1. 登录。"), (BlockKind.LIST, "2. 续费。"),
        (BlockKind.TABLE_HEADER, "型号 | 地域 | 价格"), (BlockKind.TABLE_ROW, "c7 | 北京 | 0.42"), (BlockKind.TABLE_ROW, "c7 | 香港 | 0.72"),
    ]  # fmt: skip


def test_a_table_of_links_is_content():
    cells = "".join(
        f"<tr><td><a href='/{name}'>{name}</a></td><td><a href='tel:{name}'>400-{name}</a></td></tr>" for name in ("1001", "1002")
    )
    assert "1002 | 400-1002" in parsed(f"<html><body><p>门店电话如下。</p><table>{cells}</table></body></html>").text


def test_a_page_within_one_form_is_read_and_a_search_field_is_not():
    search = "<form><label>搜索商品</label><input></form>"
    assert parsed(f"<html><body><form><div><p>七天内可以退货。</p>{search}</div></form></body></html>").text == "七天内可以退货。"


def test_what_changes_at_each_visit_is_no_new_content():
    page = "<html><body><!-- {0} --><script nonce='{0}'>x={0}</script><div class='b-{0}' data-id='{0}'><p>七天内可以退货。</p></div></body></html>"
    assert content_html(page.format(1)) == content_html(page.format(2))
