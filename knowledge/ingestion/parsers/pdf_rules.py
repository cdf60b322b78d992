"""Rules drawn on a PDF page: the horizontal and vertical lines that tables are made of."""

import ctypes
import itertools
from collections.abc import Iterator
from typing import NamedTuple

_MAX_OBJECTS = 5_000  # a page with more drawing is a map or a plan, not a table
_MAX_POINTS = 20_000
_SHORTEST, _STRAIGHT, _SAME = 4.0, 0.7, 2.5  # points


class Rule(NamedTuple):
    """A straight line at `at` (y of a horizontal one, x of a vertical one) from `first` to `last`."""

    at: float
    first: float
    last: float


def page_rules(page, turn) -> tuple[list[Rule], list[Rule]]:
    """(horizontal, vertical) rules in the page as shown, each line once. turn: maps (x, y) of the file to the page as shown."""
    across, upright = [], []
    for before, after in _strokes(page, turn):
        (x0, y0), (x1, y1) = before, after
        if abs(y0 - y1) < _STRAIGHT and abs(x0 - x1) > _SHORTEST:
            across.append(Rule((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
        elif abs(x0 - x1) < _STRAIGHT and abs(y0 - y1) > _SHORTEST:
            upright.append(Rule((x0 + x1) / 2, min(y0, y1), max(y0, y1)))
    return _merged(across), _merged(upright)


def _strokes(page, turn) -> Iterator[tuple]:
    """Pairs of points that a path of the page joins."""
    import pypdfium2.raw as pdfium

    budget = _MAX_POINTS
    for number, item in enumerate(page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1)):
        if number > _MAX_OBJECTS or budget < 0:
            return
        points = _points(pdfium, item, turn)
        budget -= len(points)
        for (before, _starts), (after, starts) in itertools.pairwise(points):
            if not starts:
                yield before, after


def _points(pdfium, item, turn) -> list[tuple]:
    """[(point, whether a new line starts there)]; curves are left out."""
    matrix, x, y = item.get_matrix(), ctypes.c_float(), ctypes.c_float()
    points, first = [], None
    for index in range(min(pdfium.FPDFPath_CountSegments(item.raw), _MAX_POINTS)):
        segment = pdfium.FPDFPath_GetPathSegment(item.raw, index)
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_BEZIERTO or not pdfium.FPDFPathSegment_GetPoint(segment, x, y):
            continue
        point = turn(*matrix.on_point(x.value, y.value))
        starts = kind == pdfium.FPDF_SEGMENT_MOVETO
        first = point if starts or first is None else first
        points.append((point, starts))
        if pdfium.FPDFPathSegment_GetClose(segment) and first != point:
            points.append((first, False))
    return points


def _merged(rules: list[Rule]) -> list[Rule]:
    """Rules on one line that touch or overlap become one: the sides of a thin rectangle, the borders of neighbouring cells."""
    lines: list[list[Rule]] = []
    for rule in sorted(rules):
        if lines and rule.at - lines[-1][0].at <= _SAME:
            lines[-1].append(rule)
        else:
            lines.append([rule])
    return [joined for line in lines for joined in _joined(line)]


def _joined(line: list[Rule]) -> list[Rule]:
    at = sum(rule.at for rule in line) / len(line)
    result: list[Rule] = []
    for rule in sorted(line, key=lambda each: each.first):
        if result and rule.first <= result[-1].last + _SAME:
            result[-1] = Rule(at, result[-1].first, max(result[-1].last, rule.last))
        else:
            result.append(Rule(at, rule.first, rule.last))
    return result
