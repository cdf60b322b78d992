"""Characters of a PDF page with their boxes, gathered to rows of segments. Coordinates are points; y grows upwards."""

import ctypes
import itertools
from dataclasses import dataclass

from knowledge.ingestion.parsers.glyphs import repair

_WIDE = 0x2E7F  # above: Chinese, Japanese, Korean and their signs
_MAX_CHARACTERS = 200_000  # a page


@dataclass(slots=True)
class Segment:
    """Text that stands together on one line."""

    text: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def size(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def page_rows(pdf, index: int) -> list[list[Segment]]:
    """Rows from top to bottom, the segments of each from left to right. Empty for a page without text, or an unreadable one."""
    import pypdfium2

    try:
        page = pdf[index]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        return []  # one damaged page does not cost the others
    try:
        return _rows(_runs(_characters(page, text_page)))
    finally:
        text_page.close()
        page.close()


def _characters(page, text_page) -> list[tuple[str, float, float, float, float]]:
    """(character, left, right, bottom, top) in the order of the file; overprinted twins once."""
    import pypdfium2.raw as pdfium

    handle, rect = text_page.raw, pdfium.FS_RECTF()
    turn = _turned(page)
    found, seen = [], set()
    for index in range(min(text_page.count_chars(), _MAX_CHARACTERS)):
        code = pdfium.FPDFText_GetUnicode(handle, index)
        if code <= 32 or code in (0xA0, 0x3000, 0xFFFE, 0xFFFF, 0xFFFD) or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
            continue
        if not pdfium.FPDFText_GetLooseCharBox(handle, index, ctypes.byref(rect)):
            continue
        left, right, bottom, top = turn(rect)
        size = max(top - bottom, 0.1)
        step = max(size * 0.25, 0.5)
        key = (code, round(left / step), round(bottom / step))
        if key in seen or right - left > 4 * size:
            continue
        seen.update((code, key[1] + dx, key[2]) for dx in (0, 1)) if right - left > 2 * step else seen.add(key)
        found.append((chr(code), left, right, bottom, top))
    return found


def _turned(page):
    """Maps a box into the page as it is shown."""
    rotation = page.get_rotation() % 360
    width, height = page.get_size() if rotation in (0, 180) else reversed(page.get_size())
    if rotation == 90:
        return lambda r: (r.bottom, r.top, width - r.right, width - r.left)
    if rotation == 270:
        return lambda r: (height - r.top, height - r.bottom, r.left, r.right)
    if rotation == 180:
        return lambda r: (width - r.right, width - r.left, height - r.top, height - r.bottom)
    return lambda r: (r.left, r.right, r.bottom, r.top)


def _runs(characters: list) -> list[list]:
    """Consecutive characters that continue each other on one line."""
    runs: list[list] = []
    for char in characters:
        if runs:
            _, _, right, bottom, top = runs[-1][-1]
            size = max(top - bottom, char[4] - char[3])
            same_line = abs((char[3] + char[4]) - (bottom + top)) < 0.5 * size
            if same_line and -0.4 * size < char[1] - right < 0.8 * size:
                runs[-1].append(char)
                continue
        runs.append([char])
    return runs


def _rows(runs: list[list]) -> list[list[Segment]]:
    """Runs whose middles lie within half a line of each other form a row."""
    boxes = sorted(((min(c[3] for c in run), max(c[4] for c in run), run) for run in runs), key=lambda box: -(box[0] + box[1]))
    rows: list[list] = []
    middle = size = 0.0
    for bottom, top, run in boxes:
        if rows and middle - (bottom + top) / 2 < 0.45 * min(max(size, 1), max(top - bottom, 1)):
            rows[-1].append(run)
            continue
        rows.append([run])
        middle, size = (bottom + top) / 2, top - bottom
    # Within a run the file's order holds: quotation marks are often drawn over their neighbours.
    ordered = ([char for run in sorted(row, key=lambda run: run[0][1]) for char in run] for row in rows)
    return [segments for row in ordered if (segments := _segments(row))]


def _segments(characters: list) -> list[Segment]:
    """Cut a row at gaps wider than the letters are high; set spaces between words."""
    segments: list[Segment] = []
    group: list = []
    pitch = _pitch(characters)
    for char in characters:
        if group and char[1] - group[-1][2] > max(0.9 * (char[4] - char[3]), pitch):
            segments.append(_segment(group, pitch))
            group = []
        group.append(char)
    if group:
        segments.append(_segment(group, pitch))
    return [segment for segment in segments if segment.text]


def _pitch(characters: list) -> float:
    """The widest gap that is mere letter spacing: 1.5 x the usual one in a line whose letters all stand apart, else 0."""
    gaps = sorted(second[1] - first[2] for first, second in itertools.pairwise(characters))
    if len(gaps) < 6:
        return 0.0
    usual, size = gaps[len(gaps) // 2], characters[0][4] - characters[0][3]
    return 1.5 * usual if 0.25 * size < usual < 2 * size else 0.0


def _segment(group: list, pitch: float) -> Segment:
    parts = [group[0][0]]
    for before, char in itertools.pairwise(group):
        gap = char[1] - before[2]
        wide = ord(before[0]) > _WIDE and ord(char[0]) > _WIDE
        if not wide and gap > max(0.18 * (char[4] - char[3]), pitch):
            parts.append(" ")
        parts.append(char[0])
    text = repair("".join(parts))
    heights = sorted(char[4] - char[3] for char in group)
    size = heights[len(heights) // 2]
    bottom = min(char[3] for char in group)
    return Segment(text.strip(), group[0][1], max(char[2] for char in group), bottom, bottom + size)
