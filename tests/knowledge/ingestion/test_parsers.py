"""What each parser keeps and what it leaves out, on small files made here."""

import functools
import io
import zipfile

import pytest
from openpyxl import Workbook

from knowledge.ingestion.parsers import parse_bytes
from knowledge.ingestion.parsers.encoding import decode
from knowledge.ingestion.parsers.glyphs import repair
from knowledge.ingestion.parsers.lines import join_all, join_lines
from knowledge.ingestion.types import BlockKind, ParsedDocument, ParseError

CHINESE = "我们的退货政策是七天之内可以无理由退货，运费由买家承担。如果商品有质量问题，请联系客服。"
TRADITIONAL = "我們的退貨政策是七天之內可以無理由退貨，運費由買家承擔。如果商品有品質問題，請聯繫客服。"


def rows(parsed: ParsedDocument, *kinds: BlockKind) -> list[str]:
    return [block.text for block in parsed.blocks if block.kind in kinds]


def parse(name: str, content: str | bytes) -> ParsedDocument:
    parsed = parse_bytes(content.encode() if isinstance(content, str) else content, name)
    assert all(parsed.text[block.start : block.end] == block.text for block in parsed.blocks)
    assert ParsedDocument.from_json(parsed.to_json()) == parsed
    return parsed


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("text", [CHINESE, f"FAQ\n{CHINESE}\nabc 123", "退货政策"])
def test_any_encoding_of_chinese(encoding, text):
    assert decode(text.encode(encoding)).removeprefix("\ufeff") == text


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "gb18030"])
def test_a_file_in_any_encoding_is_taken_for_text(encoding):
    assert parse("a.txt", CHINESE.encode(encoding)).text == CHINESE


@pytest.mark.parametrize("text", [TRADITIONAL, f"FAQ: {TRADITIONAL} abc"])
def test_big5(text):
    assert decode(text.encode("big5")) == text


def test_damaged_utf8_is_not_taken_for_another_encoding():
    assert decode((CHINESE * 10).encode()[:-1]).startswith(CHINESE)


def test_markdown_keeps_its_structure():
    parsed = parse(
        "a.md",
        "---\ntitle: 手册\n---\n# 一\n\n文字**粗**。\n\n- 甲\n- 乙\n\n1. 丙\n2. 丁\n\n| 型号 | 价 |\n|---|---|\n| X1 | 9 |\n\n```\ncode\n```\n",
    )
    assert parsed.title == "手册"
    assert [(block.kind.value, block.text) for block in parsed.blocks] == [
        ("heading", "一"), ("paragraph", "文字粗。"), ("list", "- 甲"), ("list", "- 乙"), ("list", "1. 丙"), ("list", "2. 丁"),
        ("table_header", "型号 | 价"), ("table_row", "X1 | 9"), ("code", "code"),
    ]  # fmt: skip


def test_plain_text_headings_and_hard_wrapped_lines():
    wrapped = "这是一段被人手工折行的文字它在每行三十个字左右的地方被切断了所\n以要接回来才对。\n"
    parsed = parse("a.txt", f"第一章 总则\n\n{wrapped * 12}\n1.2 范围\n\n短行\n")
    assert rows(parsed, BlockKind.HEADING) == ["第一章 总则", "1.2 范围"]
    assert "切断了所以要接回来才对。" in parsed.text


def test_html_leaves_out_scripts_and_menus_and_keeps_tables():
    page = (
        "<html><head><title>网站</title><script>var a = 1</script></head><body><nav>首页 产品</nav><header>顶部</header>"
        "<h1>计费</h1><p>按<b>量</b>付费。</p><table><tr><th>项</th><th>价</th></tr><tr><td rowspan=2>甲</td><td>1</td></tr><tr><td>2</td></tr></table>"
        "<ul><li>一</li></ul><div class='sidebar'>相关推荐</div><footer>版权</footer></body></html>"
    )
    parsed = parse("a.html", page)
    assert parsed.title == "计费"
    assert rows(parsed, BlockKind.TABLE_HEADER, BlockKind.TABLE_ROW) == ["项 | 价", "甲 | 1", "甲 | 2"]
    assert not any(word in parsed.text for word in ("首页", "顶部", "相关推荐", "版权", "var a"))
    assert "按量付费。" in parsed.text


def test_html_in_a_declared_encoding():
    page = f'<html><head><meta charset="gb2312"></head><body><p>{CHINESE}</p></body></html>'
    assert CHINESE in parse("a.html", page.encode("gbk")).text


def test_a_table_of_questions_becomes_pairs():
    parsed = parse("a.csv", "分类,问题（必填）,相似问题,答案\n售后,怎么退货？,如何退货,七天内寄回。\n售后,没有答案？,,\n")
    assert [(block.kind.value, block.question) for block in parsed.blocks] == [("qa", "怎么退货？"), ("paragraph", "")]
    assert parsed.blocks[0].text == "怎么退货？\n如何退货\n七天内寄回。\n分类：售后"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_two_columns_without_headers_are_pairs(encoding):
    parsed = parse("a.csv", "怎么退货？,七天内寄回。\n多久到账？,三天。\n".encode(encoding))
    assert [block.question for block in parsed.blocks] == ["怎么退货？", "多久到账？"]


def workbook(*sheets: list[list], merged: tuple[str, ...] = ()) -> bytes:
    book = Workbook()
    book.remove(book.active)
    for content in sheets:
        sheet = book.create_sheet()
        for row in content:
            sheet.append(row)
    for area in merged:
        book.worksheets[0].merge_cells(area)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_rows_of_a_sheet_carry_their_headers():
    parsed = parse("a.xlsx", workbook([["职务", "类型", "标准"], ["经理", "住宿", 800], ["员工", "住宿", 300.5]]))
    assert rows(parsed, BlockKind.TABLE_ROW) == ["职务：经理 | 类型：住宿 | 标准：800", "职务：员工 | 类型：住宿 | 标准：300.5"]


def test_two_header_rows_and_a_merged_title():
    content = [["2024 年价目", None, None], ["型号", "价格", None], [None, "零售", "批发"], ["X1", 10, 8]]
    parsed = parse("a.xlsx", workbook(content, merged=("A1:C1", "A2:A3", "B2:C2")))
    assert parsed.text == "2024 年价目\n\n型号：X1 | 价格/零售：10 | 价格/批发：8"


def test_hidden_sheets_stay_hidden():
    book = Workbook()
    book.active.append(["公开", "内容", "表"])
    hidden = book.create_sheet()
    hidden.append(["底价", "内部", "勿传"])
    hidden.sheet_state = "hidden"
    stream = io.BytesIO()
    book.save(stream)
    assert "底价" not in parse("a.xlsx", stream.getvalue()).text


W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def word(body: str, *, head: str = "", **parts: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", f"{head}<w:document {W}><w:body>{body}</w:body></w:document>")
        for name, text in parts.items():
            archive.writestr(f"word/{name}.xml", text)
    return stream.getvalue()


def p(text: str, style: str = "", extra: str = "") -> str:
    properties = f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>' if style else ""
    return f"<w:p>{properties}<w:r><w:t>{text}</w:t>{extra}</w:r></w:p>"


STYLES = f'<w:styles {W}><w:style w:styleId="1"><w:name w:val="heading 1"/></w:style><w:style w:styleId="t"><w:name w:val="toc 1"/></w:style></w:styles>'


def test_word_keeps_order_headings_tables_and_text_boxes():
    box = f"<w:pict><w:txbxContent>{p('框中字')}</w:txbxContent></w:pict>"
    table = (
        f"<w:tbl><w:tr><w:tc>{p('项')}</w:tc><w:tc>{p('价')}</w:tc></w:tr><w:tr><w:tc>{p('甲')}</w:tc><w:tc>{p('1')}</w:tc></w:tr></w:tbl>"
    )
    deleted = "<w:p><w:del><w:r><w:delText>删去</w:delText></w:r></w:del><w:ins><w:r><w:t>新增</w:t></w:r></w:ins></w:p>"
    parsed = parse("a.docx", word(p("目录项", "t") + p("总则", "1") + p("正文", extra=box) + table + deleted, styles=STYLES))
    assert [(block.kind.value, block.text) for block in parsed.blocks] == [
        ("heading", "总则"), ("paragraph", "正文"), ("paragraph", "框中字"), ("table_header", "项 | 价"), ("table_row", "甲 | 1"), ("paragraph", "新增"),
    ]  # fmt: skip


def test_entities_in_office_files_are_refused():
    head = '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]>'
    with pytest.raises(ParseError, match="unsafe"):
        parse("a.docx", word(p("&x;"), head=head))


def test_an_archive_that_unpacks_to_too_much_is_refused():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 50_000_000)
    with pytest.raises(ParseError, match="archive_bomb"):
        parse("a.docx", stream.getvalue())


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", b" \n\x00", "empty"),
        ("a.md", b"***", "empty"),
        ("a.png", b"\x89PNG\r\n\x1a\n", "corrupt"),
        ("a.txt", b"\x89PNG\r\n\x1a\n", "corrupt"),
        ("a.gif", b"GIF89a", "other_image"),
        ("a.docx", b"PK\x03\x04 not a zip", "corrupt"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"0" * 600, "old_office"),
        ("a.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".ljust(512) + "EncryptedPackage\0".encode("utf-16-le"), "encrypted"),
        ("a.pdf", b"%PDF-1.7 nothing more", "corrupt"),
        ("a.svg", b"<svg xmlns='x'><text>abc</text></svg>", "unsupported"),
        ("a.exe", b"MZ\x90\x00", "unsupported"),
        ("a.txt", b"MZ\x90\x00\x03\x00\x00\x00\x04", "unsupported"),
        ("a.docx", b"just text", "corrupt"),
        ("a.json", b"{}[]", "unsupported"),
        ("a.html", b"<script>alert(1)</script>", "empty"),
    ],
)
def test_what_can_not_be_read_says_why(name, content, code):
    with pytest.raises(ParseError) as error:
        parse_bytes(content, name)
    assert error.value.code == code


@pytest.mark.parametrize("text", ["PK赛的规则说明。", "MZ系列型号说明。", "%PDF-1.7 是文件头。", "BM600 说明书。"])
def test_text_that_begins_like_another_format_is_text(text):
    assert parse("a.txt", f"说明：{text}").format == parse("a.md", text.replace("%", "")).format.replace("md", "txt") == "txt"


def test_the_content_decides_not_the_name():
    assert parse("a.doc", workbook([["问题", "答案"], ["退？", "能"]])).format == "xlsx"
    assert parse("a.txt", workbook([["问题", "答案"], ["退？", "能"]])).format == "xlsx"


@pytest.mark.parametrize(
    ("wrong", "right"),
    [("⻩浦区⻛貌⻝品⻄⻔⻓", "黄浦区风貌食品西门长"), ("⼀一⼤大", "一大"), ("ﬁle\ue001", "file"), ("一一对应", "一一对应")],
)
def test_lookalike_characters_are_repaired(wrong, right):
    assert repair(wrong) == right


def test_lines_are_joined_at_once_as_they_are_one_by_one():
    lines = ["用户手册的第一", "行 and one", "infor-", "mation of", "", "2024 年", "END-", "Of it", "，完。"]
    assert join_all(lines) == functools.reduce(join_lines, lines) == "用户手册的第一行 and one information of 2024 年END- Of it，完。"
    assert join_all([]) == ""
