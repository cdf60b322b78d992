"""Format -> parser. Parsers are imported when first used: each brings a library of its own."""

import io
from dataclasses import replace
from importlib import import_module
from pathlib import PurePath
from typing import BinaryIO, Protocol

from knowledge.ingestion.detect import detect_format
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.parsers.questions import pair_questions
from knowledge.ingestion.types import ParsedDocument, ParseError
from knowledge.ingestion.words import WORD


class Parser(Protocol):
    """A module with `parse`. It reads the stream from its start, tells `progress` when pages take seconds, raises ParseError for what
    it can't read, and follows no reference out of the file.
    """

    def parse(self, source: BinaryIO, name: str, progress: Progress = untold) -> ParsedDocument: ...


_MODULES = {
    "md": "markdown",
    "txt": "plain",
    "html": "html",
    "csv": "delimited",
    "eml": "mail",
    "docx": "docx",
    "doc": "old_word",
    "pptx": "slides",
    "xlsx": "workbook",
    "xls": "old_workbook",
    "pdf": "pdf",
    "epub": "epub",
    "image": "picture",
}
FORMATS = tuple(_MODULES)


def parser_for(file_format: str) -> Parser:
    return import_module(f"knowledge.ingestion.parsers.{_MODULES[file_format]}")


def parse_bytes(data: bytes, name: str) -> ParsedDocument:
    """Parse a file's content. `name` supplies the title where the content has none. Raises ParseError."""
    return parse_stream(io.BytesIO(data), name)


def parse_stream(source: BinaryIO, name: str, progress: Progress = untold, depth: int = 1) -> ParsedDocument:
    """Parse a seekable stream; `depth` counts documents within documents. Raises ParseError, "archive_inside" for a zip of documents."""
    file_format = detect_format(source, name)
    if file_format not in _MODULES:
        raise ParseError("archive_inside")
    source.seek(0)
    deeper = {"depth": depth} if file_format == "eml" else {}
    document = parser_for(file_format).parse(source, name, progress, **deeper)
    if not WORD.search(document.text):
        raise ParseError("empty")
    document = pair_questions(document)
    title = " ".join(document.title.split())[:400] or PurePath(name).stem
    return replace(document, title=title, format=file_format)
