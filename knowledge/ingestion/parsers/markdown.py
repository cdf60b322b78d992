"""Markdown by CommonMark's rules, with tables; front matter gives the title."""

import re
from typing import BinaryIO

from knowledge.ingestion.parsers import plain
from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.encoding import decode
from knowledge.ingestion.parsers.lines import display_width
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.types import BlockKind, ParsedDocument
from knowledge.ingestion.words import WORD

_FRONT_MATTER = re.compile(r"\A\ufeff?---\s*\n(.{0,20000}?)\n(?:---|\.\.\.)\s*(?:\n|\Z)", re.S)
_TITLE = re.compile(r"^title\s*:\s*[\"']?(.+?)[\"']?\s*$", re.M)
_FULL_WIDTH, _FINISHED = 60, tuple("。！？；：.!?;:…|")
_BREAK = re.compile(r"<br\s*/?>", re.I)


def parse(source: BinaryIO, name: str, _progress: Progress = untold) -> ParsedDocument:
    return parse_text(decode(source.read()))


def parse_text(text: str, title: str = "") -> ParsedDocument:
    from markdown_it import MarkdownIt

    text = text.replace("\r\n", "\n").replace("\r", "\n")
    matter = _FRONT_MATTER.match(text)
    if matter and ":" in matter[1]:
        found = _TITLE.search(matter[1])
        title, text = title or (found[1] if found else ""), text[matter.end() :]
    builder = DocumentBuilder(title)
    _Walker(builder).walk(MarkdownIt("commonmark", {"maxNesting": 100}).enable("table").parse(text))
    builder.title = title or builder.first_heading()
    document = builder.build()
    return document if WORD.search(document.text) else plain.parse_text(text, title)  # nested beyond the limit


class _Walker:
    """Follows the token stream; inline tokens become blocks by what encloses them."""

    def __init__(self, builder: DocumentBuilder):
        self.builder = builder
        self.heading = 0
        self.header = False
        self.cells: list[str] | None = None
        self.marker = ""
        self.counters: list[int | None] = []

    def walk(self, tokens) -> None:
        for token in tokens:
            handler = getattr(self, f"_{token.type}", None)
            if handler:
                handler(token)

    def _heading_open(self, token) -> None:
        self.heading = int(token.tag[1])

    def _heading_close(self, token) -> None:
        self.heading = 0

    def _bullet_list_open(self, token) -> None:
        self.counters.append(None)

    def _ordered_list_open(self, token) -> None:
        self.counters.append(int(token.attrs.get("start", 1)))

    def _bullet_list_close(self, token) -> None:
        self.counters.pop()

    _ordered_list_close = _bullet_list_close

    def _list_item_open(self, token) -> None:
        number = self.counters[-1]
        self.marker = "- " if number is None else f"{number}. "
        if number is not None:
            self.counters[-1] = number + 1

    def _thead_open(self, token) -> None:
        self.header = True

    def _thead_close(self, token) -> None:
        self.header = False

    def _tr_open(self, token) -> None:
        self.cells = []

    def _tr_close(self, token) -> None:
        self.builder.add_row(self.cells or [], header=self.header)
        self.cells = None

    def _inline(self, token) -> None:
        text = _inline_text(token)
        if self.cells is not None:
            self.cells.append(text)
        elif self.heading:
            self.builder.add(BlockKind.HEADING, text, level=self.heading)
        elif self.counters:
            self.builder.add(BlockKind.LIST, self.marker + text if text.strip() else "", level=len(self.counters))
            self.marker = ""
        else:
            self.builder.add(BlockKind.PARAGRAPH, text)

    def _fence(self, token) -> None:
        self.builder.add(BlockKind.CODE, token.content)

    _code_block = _fence

    def _html_block(self, token) -> None:
        from knowledge.ingestion.parsers.html import add_html

        add_html(self.builder, token.content)


def _soft_break(parts: list[str]) -> None:
    """A line broken by hand at its full width goes on; a short or finished one was meant as a line."""
    line = "".join(parts).rsplit("\n", 1)[-1].rstrip()
    if display_width(line) < _FULL_WIDTH or line.endswith(_FINISHED):
        parts.append("\n")
    elif line[-1:].isascii():
        parts.append(" ")


def _inline_text(token) -> str:
    parts: list[str] = []
    for child in token.children or ():
        if child.type in ("text", "code_inline"):
            parts.append(child.content)
        elif child.type == "softbreak":
            _soft_break(parts)
        elif child.type == "hardbreak":
            parts.append("\n")
        elif child.type == "image":
            parts.append(child.content)
        elif child.type == "html_inline":
            parts.append("\n" if _BREAK.match(child.content) else "")
    return "".join(parts)
