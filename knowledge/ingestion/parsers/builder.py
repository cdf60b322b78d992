"""Collects blocks and keeps their offsets into the one text of the document."""

import re
from collections.abc import Sequence

from knowledge.ingestion.types import Block, BlockKind, Box, ParsedDocument, ParseError

MAX_CHARACTERS = 10_000_000  # about 25,000 passages: half an hour of encoding
MAX_BLOCKS = 2_000_000

# Control characters, byte order marks, soft hyphens, zero-width signs, lone surrogates: Postgres refuses some, search trips over all.
_JUNK = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\ud800-\udfff\ufffe\uffff]")
_SPACE = re.compile("[\xa0\u2000-\u200a\u202f\t]")
_TOGETHER = {BlockKind.LIST, BlockKind.TABLE_HEADER, BlockKind.TABLE_ROW}


def clean(text: str) -> str:
    """Text without control and invisible characters, with \\n as the only line break."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u2028", "\n").replace("\u2029", "\n")
    return _SPACE.sub(" ", _JUNK.sub("", text))


class DocumentBuilder:
    def __init__(self, title: str = "", pages: int | None = None):
        self.title, self.pages = title, pages
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._boxes: list[Box] = []
        self._length = 0

    def add(
        self, kind: BlockKind, text: str, *, level: int = 0, page: int | None = None, question: str = "", boxes: Sequence[Box] = ()
    ) -> None:
        """Append a block; empty text is dropped. `boxes`: with offsets into `text`. Raises ParseError("too_large") beyond 10 million
        characters.
        """
        text = clean(text).strip()
        if not text:
            return
        if self._blocks:
            same = kind in _TOGETHER and self._blocks[-1].kind in _TOGETHER
            gap = "\n" if same else "\n\n"
            self._parts.append(gap)
            self._length += len(gap)
        start, end = self._length, self._length + len(text)
        if end > MAX_CHARACTERS or len(self._blocks) >= MAX_BLOCKS:
            raise ParseError("too_large", f"{end} characters")
        self._parts.append(text)
        self._length = end
        self._blocks.append(Block(kind, text, level, page, start, end, clean(question).strip()))
        self._boxes += [box._replace(start=start + min(box.start, len(text)), end=start + min(box.end, len(text))) for box in boxes]

    def add_row(self, cells: Sequence[str], *, header: bool = False, page: int | None = None, boxes: Sequence[Box] = ()) -> None:
        """A table row in Markdown, `a | b | c`; line breaks within cells become spaces. `boxes` are taken for the whole row."""
        texts = [" ".join(clean(cell).split()) for cell in cells]
        if any(texts):
            text = " | ".join(texts)
            whole = [box._replace(start=0, end=len(text)) for box in boxes]
            self.add(BlockKind.TABLE_HEADER if header else BlockKind.TABLE_ROW, text, page=page, boxes=whole)

    @property
    def count(self) -> int:
        """Blocks so far."""
        return len(self._blocks)

    def first_heading(self) -> str:
        return next((block.text for block in self._blocks if block.kind is BlockKind.HEADING), "")

    def build(self) -> ParsedDocument:
        return ParsedDocument(clean(self.title), "".join(self._parts), tuple(self._blocks), self.pages, boxes=tuple(self._boxes))
