"""Format -> parser. Parsers are imported when first used: each brings a library of its own."""

import io
from dataclasses import replace
from importlib import import_module
from pathlib import PurePath
from typing import Protocol

from knowledge.ingestion.detect import detect_format
from knowledge.ingestion.parsers.questions import pair_questions
from knowledge.ingestion.types import ParsedDocument, ParseError
from knowledge.ingestion.words import WORD


class Parser(Protocol):
    """A module with `parse`. It raises ParseError for what it can't read, and follows no reference out of the file."""

    def parse(self, data: bytes, name: str) -> ParsedDocument: ...


_MODULES = {
    "md": "markdown",
    "txt": "plain",
    "html": "html",
    "docx": "docx",
    "pdf": "pdf",
    "csv": "delimited",
    "xlsx": "workbook",
}
FORMATS = tuple(_MODULES)


def parser_for(file_format: str) -> Parser:
    return import_module(f"knowledge.ingestion.parsers.{_MODULES[file_format]}")


def parse_bytes(data: bytes, name: str) -> ParsedDocument:
    """Parse a file's content. `name` supplies the title where the content has none. Raises ParseError."""
    file_format = detect_format(io.BytesIO(data), name)
    document = parser_for(file_format).parse(data, name)
    if not WORD.search(document.text):
        raise ParseError("empty")
    document = pair_questions(document)
    title = " ".join(document.title.split())[:400] or PurePath(name).stem
    return replace(document, title=title, format=file_format)
