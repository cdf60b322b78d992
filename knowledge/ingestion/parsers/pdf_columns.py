"""Reading order: columns of running text are read one after the other, rows of tables across."""

import itertools
from dataclasses import dataclass

from knowledge.ingestion.parsers.pdf_characters import Segment

_MIN_ROWS = 6  # rows of text on each side of a gutter
_MIN_COLUMN = 0.2  # of the page's text width
_FULL_SHARE = 0.6  # how much of its column a line of running text fills, on average


@dataclass(slots=True)
class Line:
    """One line to read. `parts`: its texts with wide gaps between, or the cells of a table's row (then `ruled`; `header`: it heads the
    table). `column`: (left, right) of the column it stands in.
    """

    text: str
    parts: tuple[str, ...]
    left: float
    right: float
    bottom: float
    top: float
    column: tuple[float, float]
    ruled: bool = False
    header: bool = False

    @property
    def cells(self) -> int:
        return len(self.parts)

    @property
    def size(self) -> float:
        return self.top - self.bottom


def reading_order(rows: list[list[Segment]]) -> list[Line]:
    """Lines of a page from its rows."""
    if not rows:
        return []
    gutter = _gutter(rows)
    if gutter is None:
        return _lines(rows)
    lines: list[Line] = []
    band: list[list[Segment]] = []
    for row in rows:
        if any(segment.left < gutter - 1 and segment.right > gutter + 1 for segment in row):
            lines += _band(band, gutter) + _lines([row], _extent(rows))
            band = []
        else:
            band.append(row)
    return lines + _band(band, gutter)


def _band(rows: list[list[Segment]], gutter: float) -> list[Line]:
    left = [side for row in rows if (side := [segment for segment in row if segment.right <= gutter + 1])]
    right = [side for row in rows if (side := [segment for segment in row if segment.right > gutter + 1])]
    return _lines(left) + _lines(right)


def _extent(rows: list[list[Segment]]) -> tuple[float, float]:
    return min(row[0].left for row in rows), max(segment.right for row in rows for segment in row)


def _gutter(rows: list[list[Segment]]) -> float | None:
    """x of an empty strip with running text on both sides; None on pages of one column and on tables."""
    left, right = _extent(rows)
    width = right - left
    best, chosen = 0, None
    for step in range(30, 71):
        x = left + width * step / 100
        sides = [_sides(row, x) for row in rows]
        clear = [side for side in sides if side is not None]
        both = sum(1 for a, b in clear if a and b)
        if both > best and len(clear) >= 0.5 * len(rows) and _is_prose(clear, x, left, right):
            best, chosen = both, x
    return chosen


def _sides(row: list[Segment], x: float) -> tuple[list[Segment], list[Segment]] | None:
    """The row's segments left and right of x; None when one lies across."""
    if any(segment.left < x - 1 and segment.right > x + 1 for segment in row):
        return None
    return [s for s in row if s.right <= x + 1], [s for s in row if s.right > x + 1]


def _is_prose(sides: list, x: float, left: float, right: float) -> bool:
    for side, space in ((0, x - left), (1, right - x)):
        lengths = [row[side][-1].right - row[side][0].left for row in sides if row[side]]
        parts = sum(len(row[side]) for row in sides)
        if len(lengths) < _MIN_ROWS or space < _MIN_COLUMN * (right - left):
            return False
        if sum(lengths) / len(lengths) < _FULL_SHARE * space or parts > 1.6 * len(lengths):
            return False
    return True


def _lines(rows: list[list[Segment]], column: tuple[float, float] | None = None) -> list[Line]:
    if not rows:
        return []
    column = column or _extent(rows)
    return [_line(part, column) for row in rows for part in _apart(row)]


def _apart(row: list[Segment]) -> list[list[Segment]]:
    """A table's row beside other text is read on its own."""
    plain = [segment for segment in row if not segment.cells]
    return [[segment] for segment in row if segment.cells] + ([plain] if plain else [])


def _line(row: list[Segment], column: tuple[float, float]) -> Line:
    if row[0].cells:
        only = row[0]
        return Line(only.text, only.cells, only.left, only.right, only.bottom, only.top, column, ruled=True, header=only.header)
    text, parts = row[0].text, [row[0].text]
    for before, segment in itertools.pairwise(row):
        gap, size = segment.left - before.right, max(segment.size, before.size)
        if len(before.text) == len(segment.text) == 1 and _wide(before.text) and _wide(segment.text):
            text += segment.text
            parts[-1] += segment.text
        elif gap > 1.5 * size:
            text = f"{text}  {segment.text}"
            parts.append(segment.text)
        else:
            joined = (" " if not (_wide(text[-1]) and _wide(segment.text[0])) else "") + segment.text
            text += joined
            parts[-1] += joined
    weightiest = max(row, key=lambda segment: len(segment.text))
    return Line(text, tuple(parts), row[0].left, row[-1].right, weightiest.bottom, weightiest.top, column)


def _wide(char: str) -> bool:
    return ord(char) > 0x2E7F
