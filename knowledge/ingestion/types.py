"""What passes between the stages of ingestion. Offsets count characters (code points) of `ParsedDocument.text`."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class BlockKind(StrEnum):
    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE_HEADER = "table_header"
    TABLE_ROW = "table_row"
    QA = "qa"
    CODE = "code"


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of a document in reading order; `document.text[start:end] == text`.

    `level`: 1 is the highest heading, or the depth of a list item. `question`: the asked part of a QA block (its text begins with it).
    """

    kind: BlockKind
    text: str
    level: int = 0
    page: int | None = None
    start: int = 0
    end: int = 0
    question: str = ""


class Box(NamedTuple):
    """Where a stretch of text stands: page (from 1), its offsets in the document's text, and left, top, right, bottom as shares (0-1)
    of the page's width and height from its top left corner, as the page is shown.
    """

    page: int
    start: int
    end: int
    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True)
class ParsedDocument:
    """A document as plain text with its structure. `pages` is None for formats without pages.

    `boxes`: of each line of a PDF or picture, ordered by their offsets; empty for formats that are not laid out.
    """

    title: str
    text: str
    blocks: tuple[Block, ...]
    pages: int | None = None
    format: str = ""
    boxes: tuple[Box, ...] = ()

    def to_json(self) -> dict:
        blocks = [[b.kind.value, b.level, b.page, b.start, b.end, b.question] for b in self.blocks]
        return {"title": self.title, "text": self.text, "pages": self.pages, "format": self.format, "blocks": blocks, "boxes": self.boxes}

    @classmethod
    def from_json(cls, data: dict) -> "ParsedDocument":
        text = data["text"]
        blocks = tuple(Block(BlockKind(k), text[s:e], level, page, s, e, q) for k, level, page, s, e, q in data["blocks"])
        boxes = tuple(Box(*values) for values in data.get("boxes", ()))
        return cls(data["title"], text, blocks, data["pages"], data["format"], boxes)


@dataclass(frozen=True, slots=True)
class ChunkDraft:
    """A passage to be searched. `text` is `document.text[start:end]`, preceded by a table's header row or a long answer's question
    (and a line break) when the passage continues one. `kind`: text, table or qa. `words`: Chinese characters + other words.
    """

    ordinal: int
    text: str
    heading_path: tuple[str, ...]
    page: int | None
    start: int
    end: int
    kind: str
    question: str
    words: int
    boxes: Sequence[Box] = ()


class ParseError(Exception):
    """A file that can't become knowledge. `code` is a key of knowledge.ingestion.causes.CAUSES; `detail` is for the log only."""

    def __init__(self, code: str, detail: str = ""):
        self.code, self.detail = code, detail
        super().__init__(f"{code}: {detail}" if detail else code)
