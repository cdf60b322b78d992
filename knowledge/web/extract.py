"""What of a page is its content, and where it links to. Runs in the sandbox: pages come from strangers.

Without its own menus and footers by trafilatura (Barbaresi 2021, "Trafilatura: A Web Scraping Library and Command-Line Tool"); where that
finds nothing or hardly anything, the page as it is, of which the HTML parser leaves out what is marked as menu.
"""

import html
from typing import Any

from knowledge.ingestion.parsers.html import decode_page
from knowledge.web.addresses import canonical, worth_asking

LINKS_AT_MOST = 2_000
_LEAST = 0.2  # of the page's paragraphs and cells; less means that the main part was missed


def read_page(data: bytes, url: str, charset: str) -> dict[str, Any]:
    """{"title", "html" (main content as a page), "links", "canonical", "noindex"}; addresses in their one spelling."""
    from lxml import html as markup

    text = decode_page(data, charset or None)
    tree = markup.document_fromstring(
        text.encode("utf-8", "replace") or b"<p/>", parser=markup.HTMLParser(encoding="utf-8", huge_tree=True)
    )
    base = canonical(next(iter(tree.xpath("//base/@href")), ""), url) or url
    title = " ".join("".join(tree.xpath("//title[1]//text()")).split())[:300]
    robots = " ".join(tree.xpath("//meta[translate(@name,'ROBTS','robts')='robots']/@content")).lower()
    links = [] if "nofollow" in robots or "none" in robots.split() else _links(tree, base)
    same = next(iter(tree.xpath("//link[@rel='canonical']/@href")), "")
    return {
        "title": title, "html": _content(text, tree, title), "links": links, "canonical": canonical(same, base) if same else "",
        "noindex": "noindex" in robots or "none" in robots.split(),
    }  # fmt: skip


def _links(tree, base: str) -> list[str]:
    found = dict.fromkeys(
        canonical(link, base) for link in tree.xpath("//a[@href][not(contains(concat(' ',@rel,' '),' nofollow '))]/@href")
    )
    return [link for link in found if link and worth_asking(link)][:LINKS_AT_MOST]


def _content(text: str, tree, title: str) -> str:
    """The main content as HTML with headings, lists and tables."""
    from trafilatura import extract

    main = extract(
        text,
        output_format="html",
        include_tables=True,
        include_links=False,
        include_images=False,
        include_comments=False,
        favor_recall=True,
    )
    if not main or _length(main) < _LEAST * _body_length(tree):
        return text
    inside = main.partition("<body>")[2].rpartition("</body>")[0] or main
    return f'<!doctype html><html><head><meta charset="utf-8"><title>{html.escape(title)}</title></head><body><main>{inside}</main></body></html>'


def _length(main: str) -> int:
    from lxml import html as markup

    return len("".join(markup.document_fromstring(main.encode(), parser=markup.HTMLParser(encoding="utf-8")).itertext()).strip())


def _body_length(tree) -> int:
    parts = tree.xpath("//p//text() | //td//text() | //pre//text()")
    return sum(len(part.strip()) for part in parts)
