"""Saved web pages: the main text with headings, lists and tables; scripts, menus, headers and footers are left out."""

import re
from typing import BinaryIO

from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.encoding import decode
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.parsers.tables import add_table
from knowledge.ingestion.types import BlockKind, ParsedDocument, ParseError

_CHARSET = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([a-zA-Z0-9_-]{2,20})", re.I)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]{0,200}\?>")
_SKIP = frozenset(
    ("script", "style", "noscript", "template", "nav", "footer", "button", "select", "option", "svg", "iframe", "object", "embed",
     "canvas", "video", "audio", "head", "map", "dialog")
)  # fmt: skip
_BLOCKS = frozenset(
    ("p", "div", "section", "article", "main", "body", "header", "aside", "address", "blockquote", "figure", "figcaption", "dl", "dt", "dd",
     "ul", "ol", "li", "pre", "table", "tbody", "tr", "td", "th", "caption", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "details", "summary",
     "fieldset", "center")
)  # fmt: skip
_CHROME = re.compile(
    r"(?:^|[\s_-])(?:nav|navbar|navigation|menu|sidebar|breadcrumbs?|footer|site-header|topbar|toolbar|cookie|copyright|pagination|share|"
    r"qrcode|toc|catalog|feedback|recommend|related|comments)(?:$|[\s_-])",
    re.I,
)
_CHROME_ROLES = frozenset({"navigation", "banner", "contentinfo", "search", "menu", "dialog"})
_KEPT = frozenset({"colspan", "rowspan"})
_CHROME_SHARE = 0.4  # an element with more of the page's text than this is content, whatever it is called


def parse(source: BinaryIO, name: str, _progress: Progress = untold) -> ParsedDocument:
    builder = DocumentBuilder()
    root = add_page(builder, source.read())
    heading = root.find(".//h1")
    builder.title = _flat(heading) or _flat(root.find(".//title")) or builder.first_heading()
    return builder.build()


def add_page(builder: DocumentBuilder, data: bytes, declared: str | None = None):
    """Append the blocks of a page's main text; its root. declared: the encoding its sender names."""
    root = _tree(decode_page(data, declared))
    before = builder.count
    add_tree(builder, _content_root(root))
    if builder.count == before:
        add_tree(builder, root, chrome=True)  # everything looked like a menu: then it is the text
    return root


def add_html(builder: DocumentBuilder, text: str) -> None:
    """A fragment of HTML within another format."""
    if text.strip():
        add_tree(builder, _tree(text))


def decode_page(data: bytes, declared: str | None = None) -> str:
    """The page's text, by the encoding its sender or the page itself declares, else by its own evidence."""
    found = _CHARSET.search(data[:4096])
    label = (declared or (found[1].decode("ascii") if found else "")).lower()
    if label and not data.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        encoding = "gb18030" if label in ("gb2312", "gbk") else "big5hkscs" if label == "big5" else label
        try:
            return data.decode(encoding)
        except (LookupError, UnicodeDecodeError):
            pass  # declared wrongly: fall through to the text's own evidence
    return decode(data)


def _tree(text: str):
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=True)
    body = _DECLARATION.sub("", text).encode("utf-8", errors="replace")
    try:
        root = html.document_fromstring(body or b"<p></p>", parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise ParseError("empty" if "empty" in str(error) else "corrupt", str(error)) from error
    return root


def _flat(element) -> str:
    return " ".join(element.text_content().split()) if element is not None else ""


def _content_root(root):
    """The page's own mark of its main part when that holds at least half of the text, else the whole body."""
    body = root.find("body")
    body = root if body is None else body
    whole = _text_length(body)
    for path in (".//main", ".//*[@role='main']", ".//article"):
        found = body.findall(path)
        if len(found) == 1 and _text_length(found[0]) * 2 >= whole:
            return found[0]
    return body


def _text_length(element) -> int:
    total = 0
    for node in element.iter():
        if node.tag not in _SKIP:
            total += len((node.text or "").strip())
        total += len((node.tail or "").strip())
    return total


def _is_chrome(element, whole: int) -> bool:
    if element.get("hidden") is not None or element.get("role") in _CHROME_ROLES:
        return True
    if element.tag == "header":
        return element.find(".//h1") is None
    if element.tag == "form":  # a search field, or the whole page of some programs
        return _text_length(element) < _CHROME_SHARE * whole
    if element.tag not in ("div", "ul", "section", "aside", "ol", "p"):
        return False
    label = f"{element.get('class', '')} {element.get('id', '')}"
    return bool(_CHROME.search(label)) and _text_length(element) < _CHROME_SHARE * whole


def bare_main(root):
    """The element with the page's main text as `<main>`, changed in place: without what reading leaves out, and without attributes but
    those of merged cells. A page of nothing but chrome keeps it.
    """
    from lxml import etree

    main = _content_root(root)
    etree.strip_elements(main, *_SKIP, with_tail=False)
    chrome, whole = [], _text_length(main)
    walker = etree.iterwalk(main, events=("start",))
    for _event, element in walker:
        if element is not main and _is_chrome(element, whole):
            chrome.append(element)
            walker.skip_subtree()
    if sum(map(_text_length, chrome)) < whole:
        for element in chrome:
            element.drop_tree()
    for element in main.iter():
        for name in set(element.keys()) - _KEPT:
            del element.attrib[name]
    main.tag = "main"
    return main


def add_tree(builder: DocumentBuilder, root, *, chrome: bool = False) -> None:
    """Append the blocks below `root` in document order (without recursion: pages nest deeply)."""
    from lxml import etree

    flow = _Flow(builder)
    walker = etree.iterwalk(root, events=("start", "end"))
    whole = 0 if chrome else _text_length(root)
    skipped = None
    for event, element in walker:
        if event == "end":
            if element is skipped:
                skipped = None
            else:
                flow.close(element)
            if element is not root:
                flow.text(element.tail)
        elif skipped is None and _leave_out(element, root, whole):
            skipped = element
            flow.table(element)
            walker.skip_subtree()
        elif skipped is None:
            flow.open(element)
            flow.text(element.text)
    flow.flush()


def _leave_out(element, root, whole: int) -> bool:
    """Whether the walk does not go into this element: chrome, or a table that is added at once."""
    if element is root:
        return False
    return element.tag in _SKIP or _is_chrome(element, whole) or is_data_table(element)


def is_data_table(element) -> bool:
    """More than one column and no table within: a table of data, not of layout."""
    if element.tag != "table" or element.find(".//table") is not None:
        return False
    return any(len(row.findall("td")) + len(row.findall("th")) > 1 for row in element.iter("tr"))


class _Flow:
    """Gathers inline text until a block begins or ends."""

    def __init__(self, builder: DocumentBuilder):
        self.builder = builder
        self.parts: list[str] = []
        self.open_tags: list[str] = []
        self.marker = ""
        self.counts: dict = {}  # ordered list -> items so far

    def text(self, text: str | None) -> None:
        if text:
            self.parts.append(text if "pre" in self.open_tags else re.sub(r"[ \t\r\n\f]+", " ", text))

    def open(self, element) -> None:
        if element.tag == "br":
            self.parts.append("\n")
        if element.tag in _BLOCKS:
            self.flush()
            self.open_tags.append(element.tag)
            if element.tag == "li":
                self.marker = self._marker(element)

    def _marker(self, item) -> str:
        parent = item.getparent()
        if parent is None or parent.tag != "ol":
            return "- "
        self.counts[parent] = self.counts.get(parent, 0) + 1
        return f"{self.counts[parent]}. "

    def close(self, element) -> None:
        if element.tag in _BLOCKS:
            self.flush()
            self.open_tags.pop()

    def table(self, element) -> None:
        self.flush()
        if element.tag == "table" and is_data_table(element):
            caption = element.find("caption")
            self.builder.add(BlockKind.PARAGRAPH, _flat(caption))
            add_table(self.builder, _cells(element), header_rows=_header_rows(element))

    def flush(self) -> None:
        text, self.parts = "".join(self.parts), []
        text = "\n".join(line.rstrip() if "pre" in self.open_tags else line.strip() for line in text.split("\n")).strip("\n")
        if not text.strip():
            return
        heading = next((tag for tag in reversed(self.open_tags) if tag[0] == "h" and tag[1:].isdigit()), None)
        if heading:
            self.builder.add(BlockKind.HEADING, " ".join(text.split()), level=int(heading[1]))
        elif "pre" in self.open_tags:
            self.builder.add(BlockKind.CODE, text)
        elif "li" in self.open_tags:
            self.builder.add(BlockKind.LIST, self.marker + text, level=self.open_tags.count("li"))
            self.marker = ""
        else:
            self.builder.add(BlockKind.PARAGRAPH, text)


def _cells(table) -> list[list[str]]:
    """Cell texts row by row; a cell that spans rows or columns stands in each of them."""
    rows: list[list[str]] = []
    pending: dict[int, tuple[int, str]] = {}  # column -> (rows left, text)
    for tr in table.iter("tr"):
        row: list[str] = []
        cells = [cell for cell in tr if cell.tag in ("td", "th")]
        while cells or len(row) in pending:
            if len(row) in pending:
                left, text = pending.pop(len(row))
                if left > 1:
                    pending[len(row)] = (left - 1, text)
                row.append(text)
                continue
            cell = cells.pop(0)
            text, down = _flat(cell), _span(cell, "rowspan")
            for _ in range(_span(cell, "colspan")):
                if down > 1:
                    pending[len(row)] = (down - 1, text)
                row.append(text)
        rows.append(row)
    return rows


def _span(cell, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), 100) if value.isdigit() and len(value) < 6 else 1


def _header_rows(table) -> int | None:
    """How many rows head the table by mark-up; None when it does not say."""
    count = 0
    for tr in table.iter("tr"):
        parent = tr.getparent()
        cells = [cell.tag for cell in tr if cell.tag in ("td", "th")]
        if not (parent is not None and parent.tag == "thead") and not (cells and all(tag == "th" for tag in cells)):
            break
        count += 1
    return count or None
