"""CSV and TSV sheets in any encoding."""

import csv
import io
from pathlib import PurePath
from typing import BinaryIO

from knowledge.ingestion.parsers.builder import DocumentBuilder, clean
from knowledge.ingestion.parsers.encoding import decode
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.parsers.sheets import add_sheet
from knowledge.ingestion.types import ParsedDocument, ParseError

csv.field_size_limit(300_000_000)  # more than a file may hold: what is too long is refused as such


def parse(source: BinaryIO, name: str, _progress: Progress = untold) -> ParsedDocument:
    text = clean_keeping_tabs(decode(source.read()))
    builder = DocumentBuilder(PurePath(name).stem)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)))
    except csv.Error as error:
        raise ParseError("corrupt", str(error)) from error
    add_sheet(builder, "", rows)
    return builder.build()


def clean_keeping_tabs(text: str) -> str:
    return "\t".join(clean(part) for part in text.split("\t"))


def delimiter(text: str) -> str:
    """The sign that cuts the first lines into the most columns, evenly."""
    lines = [line for line in text[:20_000].split("\n") if line.strip()][:20]
    signs = [sign for sign in ",\t;|" if sign in text[:20_000]] or ["，"]
    return max(signs, key=lambda sign: (sum(sign in line for line in lines), text[:20_000].count(sign)))
