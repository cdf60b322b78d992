"""Lines of pages to headings, paragraphs, list items and table rows."""

import itertools
import re
from collections import Counter

from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.headings import heading_level
from knowledge.ingestion.parsers.lines import join_lines
from knowledge.ingestion.parsers.pdf_columns import Line
from knowledge.ingestion.parsers.pdf_pages import Page
from knowledge.ingestion.parsers.tables import guessed_headers
from knowledge.ingestion.types import BlockKind, Box

_PAGE_NUMBER = re.compile(r"^[-—–·\s|]*(?:第\s*|page\s*)?\d{1,4}\s*(?:页)?\s*(?:(?:/|共|of)\s*\d{1,4}\s*页?)?[-—–·\s|]*$", re.I)
_NUMBER_AT_END = re.compile(r"^第?\d{1,4}页?(?!\d)|(?<!\d)第?\d{1,4}页?(?:[/共]\d{1,4}页?)?$")
_ITEM = re.compile(r"^(?:[•·●○▪■◆➢✓\-–]\s*|\d{1,2}[.、)）]\s*(?=\D)|[（(]\d{1,2}[）)]|[①-⑳])\s*\S")
_FINISHED = tuple("。！？!?；;：:.…”）)")
_EDGE_LINES = 2  # running headers and footers stand in the outermost lines


def add_paragraphs(builder: DocumentBuilder, pages: list[Page]) -> None:
    lines_of = [page.lines for page in pages]
    edges = _Edges(lines_of)
    body = _body_size(lines_of)
    writer = _Writer(builder, body, _heading_sizes(lines_of, body))
    for number, page in enumerate(pages, 1):
        kept = [line for place, line in enumerate(page.lines) if line.ruled or not edges.leaves_out(place, page.lines)]
        for line, gap in zip(kept, _gaps(kept), strict=True):
            writer.line(line, gap, number, page)
    writer.flush()


def _normal(text: str) -> str:
    """Without spaces; a page number at either end is the same on all pages."""
    return _NUMBER_AT_END.sub("#", re.sub(r"\s", "", text))


def _running_lines(pages: list[list[Line]]) -> set[str]:
    """Edge lines that, but for a page number, stand on three pages and on three of ten."""
    edges = ([line.text for line in lines[:_EDGE_LINES] + lines[-_EDGE_LINES:]] for lines in pages)
    counts = Counter(key for texts in edges for key in {_normal(text) for text in texts if not text.endswith(("。", "；"))})
    return {key for key, count in counts.items() if count >= max(3, 0.3 * len(pages))}


class _Edges:
    """What stands at the edge of many pages is read once, where it stands first; page numbers are not read."""

    def __init__(self, pages: list[list[Line]]):
        self.running = _running_lines(pages)
        self.seen: set[str] = set()

    def leaves_out(self, place: int, lines: list[Line]) -> bool:
        if _EDGE_LINES <= place < len(lines) - _EDGE_LINES:
            return False
        text = lines[place].text
        outermost = place in (0, len(lines) - 1) and len(lines) > 2
        key = _normal(text)
        if key not in self.running:
            return outermost and bool(_PAGE_NUMBER.match(text))
        known = key in self.seen or bool(_PAGE_NUMBER.match(text))
        self.seen.add(key)
        return known


def _body_size(pages: list[list[Line]]) -> float:
    """The height in which most characters are set, in points."""
    counts: Counter[float] = Counter()
    for lines in pages:
        for line in lines:
            counts[round(line.size * 2) / 2] += 0 if line.ruled else len(line.text)
    return counts.most_common(1)[0][0] if counts else 1.0


def _heading_sizes(pages: list[list[Line]], body: float) -> list[float]:
    """Sizes clearly above the body's, largest first; at most four count."""
    sizes = {round(line.size * 2) / 2 for lines in pages for line in lines if not line.ruled}
    return sorted((size for size in sizes if size >= 1.12 * body + 0.5), reverse=True)[:4]


def _gaps(lines: list[Line]) -> list[float]:
    """Distance of each line from the one above, relative to the page's usual one (0: first line or a new column)."""
    steps = [above.bottom - line.bottom for above, line in itertools.pairwise(lines)]
    usual = sorted(step for step in steps if step > 0)
    middle = usual[len(usual) // 2] if usual else 1.0
    return [0.0, *(step / middle if step > 0 else 0.0 for step in steps)][: len(lines)]


class _Writer:
    """Holds the paragraph that the next line may go on with, also over a page's end, or the rows of a table without rules."""

    def __init__(self, builder: DocumentBuilder, body: float, sizes: list[float]):
        self.builder, self.body, self.sizes = builder, body, sizes
        self.text, self.page, self.kind, self.level = "", 1, BlockKind.PARAGRAPH, 0
        self.boxes: list[Box] = []
        self.rows: list[tuple[Line, int, Box]] = []
        self.last: Line | None = None

    def line(self, line: Line, gap: float, number: int, page: Page) -> None:
        if line.ruled:
            self.flush()
            self.builder.add_row(line.parts, header=line.header, page=number, boxes=[_box(line, number, page, 0, 0)])
            self.last = None
            return
        kind, level = self._kind(line)
        if kind is BlockKind.TABLE_ROW:
            self._flush_text()
            self.rows.append((line, number, _box(line, number, page, 0, 0)))
        elif self._goes_on(line, gap, kind, level):
            self.text = join_lines(self.text, line.text)
            self.boxes.append(_box(line, number, page, max(0, len(self.text) - len(line.text)), len(self.text)))
        else:
            self.flush()
            self.text, self.page, self.kind, self.level = line.text, number, kind, level
            self.boxes = [_box(line, number, page, 0, len(line.text))]
        self.last = line

    def flush(self) -> None:
        self._flush_rows()
        self._flush_text()

    def _flush_text(self) -> None:
        self.builder.add(self.kind, self.text, level=self.level, page=self.page, boxes=self.boxes)
        self.text, self.boxes = "", []

    def _flush_rows(self) -> None:
        headers = guessed_headers([list(line.parts) for line, _number, _box in self.rows])
        for place, (line, number, box) in enumerate(self.rows):
            self.builder.add_row(line.parts, header=place < headers, page=number, boxes=[box])
        self.rows = []

    def _kind(self, line: Line) -> tuple[BlockKind, int]:
        if line.cells >= 3:
            return BlockKind.TABLE_ROW, 0
        size = round(line.size * 2) / 2
        large = size in self.sizes and (size >= 1.3 * self.body or not self._full(line))
        if large and len(line.text) <= 80 and not line.text.endswith(("。", "，", "；")):
            return BlockKind.HEADING, self.sizes.index(size) + 1
        level = heading_level(line.text)
        if level and line.cells == 1 and not self._full(line):
            return BlockKind.HEADING, min(6, level + len(self.sizes))
        if line.cells == 2 and self.last is not None and self.last.cells >= 2 and not _ITEM.match(line.text):
            return BlockKind.TABLE_ROW, 0
        return (BlockKind.LIST, 1) if _ITEM.match(line.text) else (BlockKind.PARAGRAPH, 0)

    def _goes_on(self, line: Line, gap: float, kind: BlockKind, level: int) -> bool:
        last = self.last
        if last is None or not self.text or self.rows:
            return False
        if BlockKind.HEADING in (kind, self.kind):
            return kind == self.kind and level == self.level and gap < 1.5 and self._full(last) and not heading_level(line.text)
        if kind is BlockKind.LIST or gap > 1.6 or abs(line.size - last.size) > 0.2 * last.size:
            return False
        indented = line.left - line.column[0] > 1.2 * line.size
        if self.kind is BlockKind.LIST and last.text == self.text:
            return self._full(last)  # the second line of an item hangs
        if indented and abs(line.left - last.left) > 0.5 * line.size and line.left > last.left:
            return False
        return self._full(last) and not (last.text.endswith(_FINISHED) and indented and line.left > last.left + 0.5 * line.size)

    def _full(self, line: Line) -> bool:
        """Whether the line reaches its column's right edge, so that its text goes on in the next."""
        return line.right > line.column[1] - max(2.2 * line.size, 0.06 * (line.column[1] - line.column[0]))


def _box(line: Line, number: int, page: Page, start: int, end: int) -> Box:
    """The line's box as shares of the page, in steps of a ten-thousandth."""
    across = [round(min(max(x / page.width, 0.0), 1.0), 4) for x in (line.left, line.right)]
    down = [round(min(max(1 - y / page.height, 0.0), 1.0), 4) for y in (line.top, line.bottom)]
    return Box(number, start, end, across[0], down[0], across[1], down[1])
