"""Tables of documents: header rows and body rows as `a | b | c` lines."""

import re

from knowledge.ingestion.parsers.builder import DocumentBuilder

_NUMBER = re.compile(r"^[\s\d.,%+\-/:￥¥$€()（）~至—]+$")


def is_number(cell: str) -> bool:
    return bool(_NUMBER.match(cell))


def add_table(builder: DocumentBuilder, rows: list[list[str]], *, header_rows: int | None = None, page: int | None = None) -> None:
    """Append a table. Without `header_rows` the first row heads it when it is all words and more follow."""
    rows = [_without_repeats(row) for row in rows if any(cell.strip() for cell in row)]
    count = _guessed_header(rows) if header_rows is None else header_rows
    for index, row in enumerate(rows):
        builder.add_row(row, header=index < count and count < len(rows), page=page)


def _guessed_header(rows: list[list[str]]) -> int:
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0
    return int(all(cell.strip() and not is_number(cell) and len(cell) <= 40 for cell in rows[0]))


def _without_repeats(row: list[str]) -> list[str]:
    """A row of one value over all columns (a merged title) says it once."""
    values = {cell for cell in row if cell}
    return [values.pop()] if len(values) == 1 and len(row) > 1 and all(row) else row
