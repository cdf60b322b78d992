"""What of a page is its content, and where it links to. Runs in the sandbox: pages come from strangers.

The content is the page as the HTML parser reads it, without lists of links: menus of sites that do not mark them. Against libraries that
guess the main part it kept all of it, with headings, merged cells and numbers of lists (docs/parsers.md).
"""

import html
from typing import Any, NamedTuple

from knowledge.ingestion.parsers.html import bare_main, decode_page, is_data_table
from knowledge.web.addresses import canonical, worth_asking

LINKS_AT_MOST = 2_000
_LISTS = frozenset(("div", "ul", "ol", "section", "aside", "p", "td", "table", "dl"))
_FEWEST_LINKS, _LINKED, _LONGEST_LINK = 3, 0.9, 20  # a menu: so many links, this share of its text, so many characters each on average
_LEFT = 0.2  # of the text; where less would be left, the lists of links are what the page is for


def read_page(data: bytes, url: str, charset: str) -> dict[str, Any]:
    """{"title", "html" (main content as a page), "links", "canonical", "noindex"}; addresses in their one spelling."""
    from lxml import html as markup

    text = decode_page(data, charset or None)
    tree = markup.document_fromstring(
        text.encode("utf-8", "replace") or b"<p/>",
        parser=markup.HTMLParser(encoding="utf-8", huge_tree=True, remove_comments=True, remove_pis=True),
    )
    base = canonical(next(iter(tree.xpath("//base/@href")), ""), url) or url
    title = " ".join("".join(tree.xpath("//title[1]//text()")).split())[:300]
    robots = " ".join(tree.xpath("//meta[translate(@name,'ROBTS','robts')='robots']/@content")).lower()
    links = [] if "nofollow" in robots or "none" in robots.split() else _links(tree, base)
    same = next(iter(tree.xpath("//link[@rel='canonical']/@href")), "")
    return {
        "title": title, "html": _content(tree, title), "links": links, "canonical": canonical(same, base) if same else "",
        "noindex": "noindex" in robots or "none" in robots.split(),
    }  # fmt: skip


def _links(tree, base: str) -> list[str]:
    found = dict.fromkeys(
        canonical(link, base) for link in tree.xpath("//a[@href][not(contains(concat(' ',@rel,' '),' nofollow '))]/@href")
    )
    return [link for link in found if link and worth_asking(link)][:LINKS_AT_MOST]


def _content(tree, title: str) -> str:
    """The main content as a page of its own. It stays the same as long as the content does: it tells whether there is a new version."""
    from lxml import etree

    main = bare_main(tree)
    _drop_link_lists(main)
    inside = etree.tostring(main, encoding="unicode", method="html", with_tail=False)
    return f'<!doctype html><html><head><meta charset="utf-8"><title>{html.escape(title)}</title></head><body>{inside}</body></html>'


def _drop_link_lists(main) -> None:
    weights = _weights(main)
    lists = _link_lists(main, weights)
    if sum(weights[element].text for element in lists) <= (1 - _LEFT) * weights[main].text:
        for element in lists:
            element.drop_tree()


class _Weight(NamedTuple):
    """Characters in an element, those of them in links, and how many links."""

    text: int
    linked: int
    links: int


def _weights(main) -> dict[Any, _Weight]:
    found: dict[Any, _Weight] = {}
    for element in reversed(list(main.iter())):  # children before their parents
        inner = [found[child] for child in element]
        text = (
            len((element.text or "").strip()) + sum(each.text for each in inner) + sum(len((child.tail or "").strip()) for child in element)
        )
        linked, links = (text, 1) if element.tag == "a" else (sum(each.linked for each in inner), sum(each.links for each in inner))
        found[element] = _Weight(text, linked, links)
    return found


def _link_lists(main, weights: dict[Any, _Weight]) -> list:
    """The outermost elements that hold hardly more than short links."""
    from lxml import etree

    found = []
    walker = etree.iterwalk(main, events=("start",))
    for _event, element in walker:
        if element is not main and element.tag in _LISTS and _is_link_list(weights[element]) and not is_data_table(element):
            found.append(element)
            walker.skip_subtree()
    return found


def _is_link_list(weight: _Weight) -> bool:
    full = weight.linked >= _LINKED * weight.text and weight.text <= _LONGEST_LINK * weight.links
    return weight.links >= _FEWEST_LINKS and full
