"""Characters of a PDF page with their boxes, gathered to rows of segments. Coordinates are points; y grows upwards."""

import ctypes
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from knowledge.ingestion.parsers.glyphs import repair

_WIDE = 0x2E7F  # above: Chinese, Japanese, Korean and their signs
_MAX_CHARACTERS = 200_000  # a page


class Glyph(NamedTuple):
    """One character with its box. `spaced`: a space stands before it in the file."""

    char: str
    left: float
    right: float
    bottom: float
    top: float
    spaced: bool

    @property
    def size(self) -> float:
        return self.top - self.bottom


@dataclass(slots=True)
class Segment:
    """Text that stands together on one line. A table's row is one segment with its `cells`; `header`: it heads the table."""

    text: str
    left: float
    right: float
    bottom: float
    top: float
    cells: tuple[str, ...] = ()
    header: bool = False

    @property
    def size(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def glyph_rows(glyphs: list[Glyph]) -> list[list[Segment]]:
    """Rows from top to bottom, the segments of each from left to right."""
    return _rows(_runs(glyphs))


def page_glyphs(page, text_page) -> list[Glyph]:
    """In the order of the file; overprinted twins once."""
    import pypdfium2.raw as pdfium

    handle, rect = text_page.raw, pdfium.FS_RECTF()
    turn = turned(page)
    found, seen, spaced = [], set(), False
    for index in range(min(text_page.count_chars(), _MAX_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        if code == 32 or code == 0xA0:
            spaced = True
            continue
        if code <= 32 or code in (0x3000, 0xFFFE, 0xFFFF, 0xFFFD) or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            continue
        if not pdfium.FPDFText_GetLooseCharBox(handle, index, ctypes.byref(rect)):
            continue
        (x0, y0), (x1, y1) = turn(rect.left, rect.bottom), turn(rect.right, rect.top)
        left, right, bottom, top = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        size = max(top - bottom, 0.1)
        step = max(size * 0.25, 0.5)
        key = (code, round(left / step), round(bottom / step))
        if key in seen or right - left > 4 * size:
            continue
        seen.update((code, key[1] + dx, key[2]) for dx in (0, 1)) if right - left > 2 * step else seen.add(key)
        found.append(Glyph(chr(code), left, right, bottom, top, spaced))
        spaced = False
    return found


def turned(page) -> Callable[[float, float], tuple[float, float]]:
    """Maps a point of the file into the page as it is shown: cropped, then turned."""
    left, bottom, right, top = page.get_bbox()
    rotation = page.get_rotation() % 360
    if rotation == 90:
        return lambda x, y: (y - bottom, right - x)
    if rotation == 270:
        return lambda x, y: (top - y, x - left)
    if rotation == 180:
        return lambda x, y: (right - x, top - y)
    return lambda x, y: (x - left, y - bottom)


def _runs(characters: list[Glyph]) -> list[list[Glyph]]:
    """Consecutive characters that continue each other on one line."""
    runs: list[list[Glyph]] = []
    for char in characters:
        if runs:
            last = runs[-1][-1]
            size = max(last.size, char.size)
            same_line = abs((char.bottom + char.top) - (last.bottom + last.top)) < 0.5 * size
            if same_line and -0.4 * size < char.left - last.right < 0.8 * size:
                runs[-1].append(char)
                continue
        runs.append([char])
    return runs


def _rows(runs: list[list[Glyph]]) -> list[list[Segment]]:
    """Runs whose middles lie within half a line of each other form a row."""
    boxes = sorted(((min(c.bottom for c in run), max(c.top for c in run), run) for run in runs), key=lambda box: -(box[0] + box[1]))
    rows: list[list] = []
    middle = size = 0.0
    for bottom, top, run in boxes:
        if rows and middle - (bottom + top) / 2 < 0.45 * min(max(size, 1), max(top - bottom, 1)):
            rows[-1].append(run)
            continue
        rows.append([run])
        middle, size = (bottom + top) / 2, top - bottom
    # Within a run the file's order holds: quotation marks are often drawn over their neighbours.
    ordered = ([char for run in sorted(row, key=lambda run: run[0].left) for char in run] for row in rows)
    return [segments for row in ordered if (segments := _segments(row))]


def _segments(characters: list[Glyph]) -> list[Segment]:
    """Cut a row at gaps wider than the letters are high; set spaces between words."""
    segments: list[Segment] = []
    group: list[Glyph] = []
    pitch = _pitch(characters)
    for char in characters:
        if group and char.left - group[-1].right > max(0.9 * char.size, pitch):
            segments.append(_segment(group, pitch))
            group = []
        group.append(char)
    if group:
        segments.append(_segment(group, pitch))
    return [segment for segment in segments if segment.text]


def _pitch(characters: list[Glyph]) -> float:
    """The widest gap that is mere letter spacing: 1.5 x the usual one in a line whose letters all stand apart, else 0."""
    gaps = sorted(second.left - first.right for first, second in itertools.pairwise(characters))
    if len(gaps) < 6:
        return 0.0
    usual, size = gaps[len(gaps) // 2], characters[0].size
    return 1.5 * usual if 0.25 * size < usual < 2 * size else 0.0


def _segment(group: list[Glyph], pitch: float) -> Segment:
    parts = [group[0].char]
    for before, char in itertools.pairwise(group):
        gap = char.left - before.right
        wide = ord(before.char) > _WIDE and ord(char.char) > _WIDE
        apart = char.spaced and gap > max(0.05 * char.size, pitch)
        if not wide and (apart or gap > max(0.18 * char.size, pitch)):
            parts.append(" ")
        parts.append(char.char)
    text = repair("".join(parts))
    heights = sorted(char.size for char in group)
    size = heights[len(heights) // 2]
    bottom = min(char.bottom for char in group)
    return Segment(text.strip(), group[0].left, max(char.right for char in group), bottom, bottom + size)
