"""XLSX workbooks: visible sheets, displayed values, merged cells filled."""

import re
import zipfile
import zlib
from datetime import date, datetime, time
from pathlib import PurePath
from typing import BinaryIO

from knowledge.ingestion.archives import open_archive, read_entry
from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.office import refuse_entities
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.parsers.sheets import add_sheet
from knowledge.ingestion.types import ParsedDocument, ParseError

_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})"')
MAX_CELLS = 3_000_000
MAX_MERGED_AREA = 5_000


# openpyxl raises whatever its reading of a damaged part runs into.
UNREADABLE = (
    zipfile.BadZipFile, zlib.error, KeyError, ValueError, TypeError, AttributeError, IndexError, SyntaxError, EOFError, OSError,
)  # fmt: skip


def parse(source: BinaryIO, name: str, _progress: Progress = untold) -> ParsedDocument:
    from openpyxl import load_workbook

    with open_archive(source) as archive:
        refuse_entities(archive)
        try:
            book = load_workbook(source, read_only=True, data_only=True, keep_links=False)
            return _document(book, archive, name)
        except UNREADABLE as error:
            raise ParseError("corrupt", f"{type(error).__name__}: {error}") from error


def _document(book, archive: zipfile.ZipFile, name: str) -> ParsedDocument:
    builder = DocumentBuilder(PurePath(name).stem)
    sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    budget = MAX_CELLS
    for sheet in sheets:
        rows = displayed_rows(sheet, budget)
        budget -= sum(map(len, rows))
        _fill_merged(rows, read_entry(archive, sheet._worksheet_path.lstrip("/")))
        add_sheet(builder, sheet.title if len(sheets) > 1 else told(sheet.title), rows)
    return builder.build()


def told(title: str) -> str:
    """A sheet's name if someone chose it."""
    return "" if re.fullmatch(r"(?:Sheet|工作表)\s*\d*", title, re.I) else title


def displayed_rows(sheet, budget: int) -> list[list[str]]:
    """Cells as the sheet shows them. Raises ParseError beyond `budget` cells."""
    sheet.reset_dimensions()  # the file's own claim may be far too large
    rows: list[list[str]] = []
    for cells in sheet.iter_rows():
        row = [_shown(cell) for cell in cells]
        while row and not row[-1]:
            row.pop()
        rows.append(row)
        budget -= len(row) + 1
        if budget < 0:
            raise ParseError("too_large", "cells")
    return rows


def _shown(cell) -> str:
    """The value roughly as the sheet shows it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | float):
        return shown_number(value, cell.number_format or "")
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M" if value.time() != time() else "%Y-%m-%d")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).strip()


def shown_number(value: float, shown_as: str) -> str:
    """A number by the format its cell has, as far as that changes what people search for: per cent."""
    if "%" in shown_as:
        return f"{round(value * 100, 6):.15g}%"
    return f"{value:.12g}" if abs(value) < 1e12 else f"{value:.0f}"


def _fill_merged(rows: list[list[str]], sheet_xml: bytes) -> None:
    """Write the value of a merged area into each of its cells."""
    from openpyxl.utils.cell import column_index_from_string, coordinate_from_string

    for first, last in _MERGED.findall(sheet_xml):
        (left, top), (right, bottom) = (coordinate_from_string(ref.decode()) for ref in (first, last))
        columns = range(column_index_from_string(left) - 1, column_index_from_string(right))
        if len(columns) * (bottom - top + 1) > MAX_MERGED_AREA or top > len(rows) or len(rows[top - 1]) <= columns[0]:
            continue
        value = rows[top - 1][columns[0]]
        for row in rows[top - 1 : bottom]:
            row.extend([""] * (columns[-1] + 1 - len(row)))
            for column in columns:
                row[column] = value
