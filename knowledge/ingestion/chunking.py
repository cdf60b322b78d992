"""Documents to chunks of 200-500 words.

The document becomes a row of indivisible units (sentences, table rows; a heading sticks to what follows it). Where to cut the row is
the cheapest path through it: a chunk pays for being small, a cut for splitting a section or paragraph, and a chunk that spans a
heading for joining two sections, the more the higher the heading. A chunk never exceeds 500 words, except that a single sentence or row
of 501-1000 words stays whole; above that it is cut at commas. A question with its answer is a chunk of its own, however short.
One boundary in eight, chosen by the words that follow it, is cheaper to cut at: after an edit the path soon runs as before, and the
chunks behind it keep their hashes and vectors (long texts without headings kept 80 % of them after an insertion, with anchors 96 %).
Time is linear: the path looks back at most 500 words.
"""

import zlib
from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace

from knowledge.ingestion.sentences import bounded_spans, sentence_spans
from knowledge.ingestion.types import Block, BlockKind, Box, ChunkDraft, ParsedDocument
from knowledge.ingestion.words import count_words, weight

MIN_WORDS, MAX_WORDS, HARD_CAP = 200, 500, 1000
_IDEAL = 350
_GRAIN = 15  # smaller neighbours of one section become one unit: bounds the units in a window
_GRAIN_OF_HUGE, _HUGE = 60, 200_000
_MAX_REPEAT = 200  # a longer header row or question is not repeated

_JOIN_BY_DEPTH = (0.0, 3.0, 2.0, 1.4, 1.0)  # a chunk spans a heading of this depth
_CUT_SECTION, _CUT_ROW, _CUT_PARAGRAPH, _CUT_SENTENCE, _CUT_INTRO, _CUT_QUESTION = 0.0, 1.5, 1.0, 2.0, 4.0, 30.0
_CUT_SMALL_SECTION = 2.0  # added within a section that would fit one chunk
_ANCHORS, _ANCHOR_WORDS, _CUT_ANCHOR = 8, 24, 1.0  # one in so many, by so many characters, costs so much less

_ROWS = (BlockKind.TABLE_HEADER, BlockKind.TABLE_ROW)


def _size_cost(words: int) -> float:
    if words < MIN_WORDS:
        return 5 + 10 * (MIN_WORDS - words) / MIN_WORDS
    return 0.5 * ((words - _IDEAL) / (MAX_WORDS - _IDEAL)) ** 2


_SIZE_COST = [_size_cost(words) for words in range(MAX_WORDS + 1)]
_OVERSIZE_COST = 2.0


@dataclass(slots=True)
class _Unit:
    """What is never cut. `cut` and `join` price the boundary before it; `repeat` goes before a chunk that starts with it."""

    start: int
    end: int
    weight: int
    path: tuple[str, ...]
    page: int | None
    kind: BlockKind
    cut: float
    join: float = 0.0
    repeat: str = ""
    repeat_weight: int = 0
    sticky: bool = False  # the next unit belongs to it


def chunk_document(document: ParsedDocument) -> list[ChunkDraft]:
    """All words of the document are in at least one chunk; order and `ordinal` follow the text."""
    drafts: list[ChunkDraft] = []
    for question, units in _runs(document):
        for first, last in _cheapest_cuts(units):
            drafts.append(_draft(document.text, units[first:last], question, len(drafts)))
    return _with_boxes(drafts, document.boxes) if document.boxes else drafts


def index_text(title: str, heading_path: Iterable[str], text: str) -> str:
    """What is embedded: title and headings that the passage does not begin with itself, then the passage."""
    head = [part for part in dict.fromkeys([title, *heading_path]) if part and not text.startswith(part)]
    return "\n".join([" > ".join(head), text]) if head else text


def _runs(document: ParsedDocument):
    """(question, units) of stretches that no chunk crosses: each question-answer pair, and what lies between two of them."""
    grain = _GRAIN if len(document.blocks) < _HUGE else _GRAIN_OF_HUGE
    builder = _UnitBuilder(document.text, grain)
    for block in document.blocks:
        if block.kind is not BlockKind.QA:
            builder.add(block)
            continue
        lead = builder.take_headings()
        if builder.units:
            yield "", builder.finish()
        yield block.question, builder.question_units(block, lead)
    if builder.units:
        yield "", builder.finish()


class _UnitBuilder:
    """Turns blocks into units and prices the boundaries."""

    def __init__(self, text: str, grain: int):
        self.text, self.grain = text, grain
        self.units: list[_Unit] = []
        self.stack: list[tuple[int, str]] = []
        self.header = ""
        self.header_weight = 0

    @property
    def path(self) -> tuple[str, ...]:
        return tuple(title for _, title in self.stack)

    def add(self, block: Block) -> None:
        if block.kind is BlockKind.HEADING:
            self._heading(block)
        elif block.kind in _ROWS:
            self._row(block)
        else:
            self._prose(block)
        if block.kind not in _ROWS:
            self.header, self.header_weight = "", 0

    def take_headings(self) -> list[_Unit]:
        """Headings right before a question go with it."""
        first = len(self.units)
        while first and self.units[first - 1].kind is BlockKind.HEADING:
            first -= 1
        lead, self.units = self.units[first:], self.units[:first]
        return lead

    def finish(self) -> list[_Unit]:
        units, self.units = self._stuck_together(self.units), []
        _price_sections(units)
        _price_anchors(units, self.text)
        return units

    def question_units(self, block: Block, lead: list[_Unit]) -> list[_Unit]:
        """The pair as units. Headings before it are in its heading path; those that are not (empty sections) begin its text."""
        path = set(self.path)
        lead = [] if all(unit.path[-1] in path for unit in lead) else lead
        self._prose(block, cut=_CUT_QUESTION / 10)
        units, self.units = self.units, []
        asked = max(self.text.find(block.question, block.start, block.end), block.start) + len(block.question)
        for unit in units:
            unit.sticky = unit.end <= asked
            if unit.start > asked:
                self._set_repeat(unit, block.question, weight(block.question))
        for unit in lead:
            unit.sticky = True
        return self._stuck_together(lead + units)

    def _heading(self, block: Block) -> None:
        while self.stack and self.stack[-1][0] >= block.level:
            self.stack.pop()
        self.stack.append((block.level, " ".join(block.text.split())))
        self._append(block.start, block.end, block, cut=_CUT_SECTION, join=_JOIN_BY_DEPTH[min(len(self.stack), 4)], sticky=True)

    def _row(self, block: Block) -> None:
        heading = block.kind is BlockKind.TABLE_HEADER
        if heading and self.header and self.units and self.units[-1].kind is BlockKind.TABLE_HEADER:
            self.header = f"{self.header}\n{block.text}"
            self.header_weight += weight(block.text)
        elif heading:
            self.header, self.header_weight = block.text, weight(block.text)
        for start, end in bounded_spans(self.text, block.start, block.end, HARD_CAP, _IDEAL):
            self._append(start, end, block, cut=_CUT_ROW, sticky=heading)
            if not heading:
                self._set_repeat(self.units[-1], self.header, self.header_weight)

    def _prose(self, block: Block, cut: float | None = None) -> None:
        first = True
        for sentence in sentence_spans(self.text, block.start, block.end):
            for start, end in bounded_spans(self.text, *sentence, HARD_CAP, _IDEAL):
                price = cut if cut is not None else _CUT_PARAGRAPH if first else _CUT_SENTENCE
                self._append(start, end, block, cut=price, merge=True)
                first = False

    def _append(self, start: int, end: int, block: Block, *, cut: float, join: float = 0.0, sticky: bool = False, merge: bool = False):
        size = weight(self.text[start:end])
        last = self.units[-1] if self.units else None
        if merge and last and last.kind is block.kind and last.weight < self.grain and last.weight + size <= MAX_WORDS:
            last.end, last.weight = end, last.weight + size
            return
        if last and cut < _CUT_QUESTION and not sticky and self.text[last.end - 1] in "：:":
            cut = _CUT_INTRO
        self.units.append(_Unit(start, end, size, self.path, block.page, block.kind, cut, join, sticky=sticky))

    def _set_repeat(self, unit: _Unit, text: str, size: int) -> None:
        if size <= _MAX_REPEAT and unit.weight + size <= MAX_WORDS:
            unit.repeat, unit.repeat_weight = text, size

    def _stuck_together(self, units: list[_Unit]) -> list[_Unit]:
        """Join each sticky unit with the next one while they fit."""
        result: list[_Unit] = []
        for unit in units:
            last = result[-1] if result else None
            if last and last.sticky and last.weight + unit.weight <= MAX_WORDS:
                last.end, last.weight = unit.end, last.weight + unit.weight
                last.path, last.kind, last.sticky = _longer(last.path, unit.path), unit.kind, unit.sticky
            else:
                result.append(unit)
        return result


def _longer(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return other if other[: len(one)] == one else one


def _price_sections(units: list[_Unit]) -> None:
    """Cuts within a section that would fit one chunk cost more; within a question's answer nearly forbid it."""
    first = 0
    for index in range(1, len(units) + 1):
        if index < len(units) and units[index].join == 0.0:
            continue
        section, first = units[first:index], index
        if sum(unit.weight for unit in section) > MAX_WORDS:
            continue
        asks = bool(section[0].path) and section[0].path[-1].endswith(("？", "?"))
        for unit in section[1:]:
            unit.cut = _CUT_QUESTION if asks else unit.cut + _CUT_SMALL_SECTION


def _price_anchors(units: list[_Unit], text: str) -> None:
    """Cuts whose place the words themselves choose, whatever stands before them."""
    for unit in units:
        words = text[unit.start : min(unit.end, unit.start + _ANCHOR_WORDS)]
        if 0 < unit.cut < _CUT_INTRO and zlib.crc32(words.encode()) % _ANCHORS == 0:
            unit.cut = max(0.0, unit.cut - _CUT_ANCHOR)


def _cheapest_cuts(units: list[_Unit]) -> list[tuple[int, int]]:
    """(first, last) unit indices of each chunk: shortest path, each step a chunk of at most 500 words or a single unit."""
    count = len(units)
    best, back = [0.0] + [0.0] * count, [0] * (count + 1)
    for last in range(1, count + 1):
        cheapest, chosen, words, joins = float("inf"), last - 1, 0, 0.0
        for first in range(last - 1, -1, -1):
            unit = units[first]
            words += unit.weight
            if words > MAX_WORDS and first < last - 1:
                break
            total = words + unit.repeat_weight
            size = _SIZE_COST[total] if total <= MAX_WORDS else _OVERSIZE_COST if first == last - 1 else None
            if size is not None:
                cost = best[first] + (unit.cut if first else 0.0) + size + joins
                if cost < cheapest:
                    cheapest, chosen = cost, first
            joins += unit.join
        best[last], back[last] = cheapest, chosen
    cuts, last = [], count
    while last:
        cuts.append((back[last], last))
        last = back[last]
    return cuts[::-1]


def _draft(text: str, units: list[_Unit], question: str, ordinal: int) -> ChunkDraft:
    start, end = units[0].start, units[-1].end
    body = text[start:end]
    if units[0].repeat:
        body = f"{units[0].repeat}\n{body}"
    rows = sum(unit.weight for unit in units if unit.kind in _ROWS)
    kind = "qa" if question else "table" if 2 * rows > sum(unit.weight for unit in units) else "text"
    return ChunkDraft(ordinal, body, _common_path(units), units[0].page, start, end, kind, question, count_words(body))


def _with_boxes(drafts: list[ChunkDraft], boxes: tuple[Box, ...]) -> list[ChunkDraft]:
    """Each draft with the boxes that lie in it at least in part, on the page of the first of them."""
    starts, ends = [box.start for box in boxes], [box.end for box in boxes]
    found = (boxes[bisect_right(ends, draft.start) : bisect_left(starts, draft.end)] for draft in drafts)
    return [replace(draft, boxes=own, page=own[0].page if own else draft.page) for draft, own in zip(drafts, found, strict=True)]


def _common_path(units: list[_Unit]) -> tuple[str, ...]:
    """The headings all units stand under; a short lead before the first heading does not count."""
    under = [unit for unit in units if unit.path]
    if 10 * sum(unit.weight for unit in under) < 7 * sum(unit.weight for unit in units):
        return ()
    path = under[0].path
    for unit in under[1:]:
        shared = 0
        while shared < min(len(path), len(unit.path)) and path[shared] == unit.path[shared]:
            shared += 1
        path = path[:shared]
    return path
