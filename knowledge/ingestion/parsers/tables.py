"""Tables of documents: header rows and body rows as `a | b | c` lines."""

import re

from knowledge.ingestion.parsers.builder import DocumentBuilder

_NUMBER = re.compile(r"^[\s\d.,%+\-/:￥¥$€()（）~至—]+$")


def is_number(cell: str) -> bool:
    return bool(_NUMBER.match(cell))


def add_table(builder: DocumentBuilder, rows: list[list[str]], *, header_rows: int | None = None, page: int | None = None) -> None:
    """Append a table. Without `header_rows` the first row heads it when it is all words and more follow."""
    rows = [_without_repeats(row) for row in rows if any(cell.strip() for cell in row)]
    count = guessed_headers(rows) if header_rows is None else header_rows
    for index, row in enumerate(rows):
        builder.add_row(row, header=index < count and count < len(rows), page=page)


def guessed_headers(rows: list[list[str]]) -> int:
    """How many rows head the table: 1 when the first is all words, 2 when the second names what the first groups, else 0."""
    if len(rows) < 2 or len(rows[0]) < 2 or not _names(rows[0]):
        return 0
    if all(cell.strip() for cell in rows[0]):
        return 1
    grouped = len(rows) > 2 and len(rows[0]) == len(rows[1]) and _names(rows[1])
    return 2 if grouped and any(not above.strip() and below.strip() for above, below in zip(rows[0], rows[1], strict=True)) else 0


def _names(row: list[str]) -> bool:
    filled = [cell for cell in row if cell.strip()]
    return len(filled) > 1 and all(not is_number(cell) and len(cell) <= 40 for cell in filled)


def _without_repeats(row: list[str]) -> list[str]:
    """A row of one value over all columns (a merged title) says it once."""
    values = {cell for cell in row if cell}
    return [values.pop()] if len(values) == 1 and len(row) > 1 and all(row) else row
