"""Ruled tables of a PDF page: cells by the lines around them, a merged cell's text in each of its rows."""

import itertools
from dataclasses import dataclass

from knowledge.ingestion.parsers.lines import join_lines
from knowledge.ingestion.parsers.pdf_characters import Glyph, Segment, glyph_rows
from knowledge.ingestion.parsers.pdf_rules import Rule
from knowledge.ingestion.parsers.tables import guessed_headers

_SAME = 2.5  # points
_MAX_RULES, _MAX_CELLS = 1_500, 20_000
_LONGEST_CELL = 600  # characters: frames around running text are no tables


@dataclass(frozen=True)
class Grid:
    """Edges of a table's columns (ascending x) and rows (descending y), and the rules between them."""

    columns: list[float]
    rows: list[float]
    across: list[Rule]
    upright: list[Rule]

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.rows) - 1, len(self.columns) - 1

    def place(self, glyph: Glyph) -> tuple[int, int] | None:
        """(row, column) of the cell that holds the glyph's middle."""
        x, y = (glyph.left + glyph.right) / 2, (glyph.top + glyph.bottom) / 2
        if not (self.columns[0] <= x <= self.columns[-1] and self.rows[-1] <= y <= self.rows[0]):
            return None
        column = next(i for i, edge in enumerate(self.columns[1:]) if x <= edge)
        return next(i for i, edge in enumerate(self.rows[1:]) if y >= edge), column

    def areas(self) -> dict[tuple[int, int], tuple[int, int]]:
        """Cell -> the first cell (top left) of the merged area it belongs to."""
        first = {cell: cell for cell in itertools.product(*map(range, self.shape))}
        for row, column in first:
            middle_y, middle_x = (self.rows[row] + self.rows[row + 1]) / 2, (self.columns[column] + self.columns[column + 1]) / 2
            if column and not _covered(self.upright, self.columns[column], middle_y):
                first[row, column] = first[row, column - 1]
            elif row and not _covered(self.across, self.rows[row], middle_x):
                first[row, column] = first[row - 1, column]
        return first


def _covered(rules: list[Rule], at: float, middle: float) -> bool:
    return any(abs(rule.at - at) <= _SAME and rule.first <= middle <= rule.last for rule in rules)


def take_tables(glyphs: list[Glyph], across: list[Rule], upright: list[Rule]) -> tuple[list[Glyph], list[Segment]]:
    """(glyphs outside tables, the tables' rows: segments with their cells)."""
    if not upright or len(across) + len(upright) > _MAX_RULES:
        return glyphs, []
    segments: list[Segment] = []
    for grid in _grids(across, upright):
        inside: dict[tuple[int, int], list[Glyph]] = {}
        outside = []
        for glyph in glyphs:
            place = grid.place(glyph)
            inside.setdefault(place, []).append(glyph) if place else outside.append(glyph)
        rows = _table(grid, inside)
        if rows:
            segments += rows
            glyphs = outside
    return glyphs, segments


def _grids(across: list[Rule], upright: list[Rule]) -> list[Grid]:
    """Groups of rules that meet, as far as they make at least two columns and two rows."""
    groups: list[tuple[list[Rule], list[Rule]]] = []
    for rule in upright:
        touching = [each for each in across if _meet(each, rule)]
        met = [group for group in groups if any(each in group[0] for each in touching)]
        merged = (
            sorted({each for group in met for each in group[0]} | set(touching)),
            [rule, *(each for group in met for each in group[1])],
        )
        groups = [group for group in groups if group not in met] + [merged]
    return [grid for group in groups if (grid := _grid(*group))]


def _meet(across: Rule, upright: Rule) -> bool:
    return across.first - _SAME <= upright.at <= across.last + _SAME and upright.first - _SAME <= across.at <= upright.last + _SAME


def _grid(across: list[Rule], upright: list[Rule]) -> Grid | None:
    if len(across) < 2:
        return None
    columns = _edges([rule.at for rule in upright] + [min(r.first for r in across), max(r.last for r in across)])
    rows = _edges([rule.at for rule in across] + [min(r.first for r in upright), max(r.last for r in upright)])[::-1]
    if len(columns) < 3 or len(rows) < 3 or len(columns) * len(rows) > _MAX_CELLS:
        return None
    return Grid(columns, rows, across, upright)


def _edges(places: list[float]) -> list[float]:
    result: list[float] = []
    for place in sorted(places):
        if not result or place - result[-1] > 2 * _SAME:
            result.append(place)
    return result


def _table(grid: Grid, inside: dict[tuple[int, int], list[Glyph]]) -> list[Segment]:
    areas = grid.areas()
    gathered: dict[tuple[int, int], list[Glyph]] = {}
    for place, glyphs in inside.items():
        gathered.setdefault(areas[place], []).extend(glyphs)
    texts = {first: _text(glyphs) for first, glyphs in gathered.items()}
    if any(len(text) > _LONGEST_CELL for text in texts.values()):
        return []
    # A cell merged sideways stands once and pads; one merged downwards stands in each of its rows.
    cells = [
        [texts.get(areas[row, column], "") if areas[row, column][1] == column else "" for column in range(grid.shape[1])]
        for row in range(grid.shape[0])
    ]
    used = [column for column in range(grid.shape[1]) if any(row[column] for row in cells)]
    kept = [(number, [row[column] for column in used]) for number, row in enumerate(cells) if any(row)]
    if len(used) < 2 or len(kept) < 2:
        return []
    headers = guessed_headers([row for _number, row in kept])
    return [_row(grid, number, tuple(row), place < headers) for place, (number, row) in enumerate(kept)]


def _text(glyphs: list[Glyph]) -> str:
    text = ""
    for row in glyph_rows(glyphs):
        text = join_lines(text, " ".join(segment.text for segment in row))
    return text


def _row(grid: Grid, number: int, cells: tuple[str, ...], header: bool) -> Segment:
    text = " | ".join(cells)
    return Segment(text, grid.columns[0], grid.columns[-1], grid.rows[number + 1], grid.rows[number], cells, header)
