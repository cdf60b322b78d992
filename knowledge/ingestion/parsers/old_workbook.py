"""XLS workbooks of Excel 97-2003: visible sheets, displayed values, merged cells filled."""

import io
import struct
from datetime import time
from pathlib import PurePath
from typing import BinaryIO

from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.parsers.sheets import add_sheet
from knowledge.ingestion.parsers.workbook import MAX_CELLS, MAX_MERGED_AREA, shown_number, told
from knowledge.ingestion.types import ParsedDocument, ParseError


def parse(source: BinaryIO, name: str, _progress: Progress = untold) -> ParsedDocument:
    import xlrd
    from xlrd.compdoc import CompDocError

    try:
        book = xlrd.open_workbook(file_contents=source.read(), formatting_info=True, logfile=io.StringIO(), on_demand=True)
        return _document(book, name)
    except xlrd.XLRDError as error:
        raise ParseError("encrypted" if "encrypt" in str(error).lower() else "corrupt", str(error)) from error
    except (
        CompDocError,
        AssertionError,
        IndexError,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
        struct.error,
    ) as error:
        # xlrd raises whatever its reading of a damaged record runs into
        raise ParseError("corrupt", f"{type(error).__name__}: {error}") from error


def _document(book, name: str) -> ParsedDocument:
    builder = DocumentBuilder(PurePath(name).stem)
    sheets = [sheet for number in range(book.nsheets) if (sheet := book.sheet_by_index(number)).visibility == 0]
    if sum(sheet.nrows * sheet.ncols for sheet in sheets) > MAX_CELLS:
        raise ParseError("too_large", f"more than {MAX_CELLS} cells")
    for sheet in sheets:
        rows = [[_shown(book, sheet.cell(row, column)) for column in range(sheet.ncols)] for row in range(sheet.nrows)]
        _fill_merged(rows, sheet.merged_cells)
        add_sheet(builder, sheet.name if len(sheets) > 1 else told(sheet.name), rows)
    return builder.build()


def _shown(book, cell) -> str:
    """The value roughly as the sheet shows it."""
    import xlrd

    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return shown_number(cell.value, _format(book, cell))
    if cell.ctype == xlrd.XL_CELL_DATE:
        return _date(book, cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "是" if cell.value else "否"
    return str(cell.value).strip() if cell.ctype == xlrd.XL_CELL_TEXT else ""


def _format(book, cell) -> str:
    if cell.xf_index is None or cell.xf_index >= len(book.xf_list):
        return ""
    found = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    return found.format_str if found else ""


def _date(book, value: float) -> str:
    import xlrd

    try:
        moment = xlrd.xldate_as_datetime(value, book.datemode)
    except (ValueError, OverflowError):
        return f"{value:.12g}"
    if value < 1:
        return f"{moment:%H:%M}"
    return moment.strftime("%Y-%m-%d %H:%M" if moment.time() != time() else "%Y-%m-%d")


def _fill_merged(rows: list[list[str]], areas: list[tuple[int, int, int, int]]) -> None:
    """Write the value of a merged area into each of its cells."""
    for top, bottom, left, right in areas:
        if (bottom - top) * (right - left) > MAX_MERGED_AREA or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top:bottom]:
            row[left:right] = [rows[top][left]] * len(row[left:right])
