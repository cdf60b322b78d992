"""DOC files of Word 97-2003: turned into DOCX by msdoc2docx; where that refuses a damaged file, their text alone by the piece table."""

import resource
import struct
import tempfile
from pathlib import Path
from typing import BinaryIO

from knowledge.ingestion.parsers import docx
from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.doc_pieces import add_pieces
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.types import ParsedDocument, ParseError

_CONVERTED_BYTES = 300_000_000
_DAMAGE = (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError, OSError, struct.error)


def parse(source: BinaryIO, name: str, progress: Progress = untold) -> ParsedDocument:
    """Raises ParseError, "encrypted" for a file with a password."""
    from doc2docx.errors import Doc2DocxError, EncryptedDocumentError

    data = source.read()
    try:
        return _converted(data, name, progress)
    except (Doc2DocxError, ParseError, *_DAMAGE) as error:
        if isinstance(error, EncryptedDocumentError):
            raise ParseError("encrypted", str(error)) from error
    builder = DocumentBuilder()
    try:
        add_pieces(builder, data)
    except _DAMAGE as error:
        raise ParseError("corrupt", f"{type(error).__name__}: {error}") from error
    builder.title = builder.first_heading()
    return builder.build()


def _converted(data: bytes, name: str, progress: Progress) -> ParsedDocument:
    """The converter writes files; the sandbox lets nothing be written but this, in its own folder that is removed with it."""
    from doc2docx import convert

    _soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    with tempfile.TemporaryDirectory(dir=".") as folder:
        before, after = Path(folder) / "a.doc", Path(folder) / "a.docx"
        before.write_bytes(data)
        convert(before, after)
        with after.open("rb") as converted:
            return docx.parse(converted, name, progress)
