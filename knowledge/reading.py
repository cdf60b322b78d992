"""A version's text cut for reading: one part at a time, the quotation marked, pages numbered."""

from dataclasses import dataclass
from itertools import pairwise

from knowledge.models import DocumentVersion

PART = 40_000  # characters on a page of the browser


@dataclass(frozen=True)
class Piece:
    """A stretch of text. `page`: a page of the document begins with it. `quoted`: it is the quotation."""

    text: str
    page: int | None = None
    quoted: bool = False
    first: bool = False  # of the quotation: where the browser scrolls to


@dataclass(frozen=True)
class Reading:
    pieces: tuple[Piece, ...]
    part: int
    parts: int

    @property
    def previous(self) -> int | None:
        return self.part - 1 if self.part > 1 else None

    @property
    def next(self) -> int | None:
        return self.part + 1 if self.part < self.parts else None


def reading(version: DocumentVersion, start: int | None = None, end: int | None = None, part: int | None = None) -> Reading:
    """The part that holds the quotation text[start:end], or the part asked for (from 1)."""
    text = version.text
    cuts = _part_starts(text)
    quote = (start, min(end, len(text))) if start is not None and end is not None and start < min(end, len(text)) else None
    at = max(i for i, cut in enumerate(cuts) if cut <= quote[0]) if quote and part is None else min(max(part or 1, 1), len(cuts)) - 1
    window = (cuts[at], cuts[at + 1] if at + 1 < len(cuts) else len(text))
    pages = {offset: page for page, offset in version.outline.get("pages", [])}
    return Reading(tuple(_pieces(text, window, quote, pages)), at + 1, len(cuts))


def _part_starts(text: str) -> list[int]:
    """Parts begin after a line break where there is one in the last quarter."""
    starts = [0]
    while len(text) - starts[-1] > PART * 5 // 4:
        target = starts[-1] + PART
        line = text.rfind("\n", target - PART // 4, target)
        starts.append(line + 1 if line > 0 else target)
    return starts


def _pieces(text: str, window: tuple[int, int], quote: tuple[int, int] | None, pages: dict[int, int]):
    marks = {*window, *(quote or ()), *pages}
    places = sorted(place for place in marks if window[0] <= place <= window[1])
    for begin, stop in pairwise(places):
        quoted = quote is not None and quote[0] <= begin < quote[1]
        yield Piece(text[begin:stop], pages.get(begin), quoted, quoted and begin == max(quote[0], window[0]))
