"""A sheet as bare rows of cells, for lists whose columns the product knows itself."""

import csv
import io
import zipfile

from knowledge.ingestion.detect import detect_format
from knowledge.ingestion.parsers.delimited import clean_keeping_tabs, delimiter
from knowledge.ingestion.parsers.encoding import decode
from knowledge.ingestion.parsers.office import refuse_entities
from knowledge.ingestion.parsers.workbook import displayed_rows
from knowledge.ingestion.types import ParseError

MOST_CELLS = 300_000


def rows_of(data: bytes, name: str) -> list[list[str]]:
    """Displayed values of the first visible sheet that has any (XLSX), or of a CSV.

    Runs in the sandbox. Raises ParseError, and for a damaged workbook whatever openpyxl runs into.
    """
    kind = detect_format(io.BytesIO(data), name)
    if kind == "xlsx":
        return _workbook(data)
    if kind not in ("csv", "txt"):
        raise ParseError("not_a_sheet")
    text = clean_keeping_tabs(decode(data))
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter(text)))
    except csv.Error as error:
        raise ParseError("corrupt", str(error)) from error


def _workbook(data: bytes) -> list[list[str]]:
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        refuse_entities(archive)
    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    sheets = (displayed_rows(sheet, MOST_CELLS) for sheet in book.worksheets if sheet.sheet_state == "visible")
    return next((rows for rows in sheets if any(map(any, rows))), [])
