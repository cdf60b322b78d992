"""Search weights of a base that differ from the shipped ones: what the sliders of its weights page set.

Stored in `KnowledgeBase.tuning` as JSON, only what differs. Unknown names are ignored and values kept within their bounds, so that a row
written by another release can never break a search.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import NamedTuple


class Bound(NamedTuple):
    """Least and most a weight may be, and the slider's step."""

    least: float
    most: float
    step: float


@dataclass(frozen=True)
class Tuning:
    """`meaning`, `words`, `title`: factors on what likeness of meaning, of words, and words found in titles, questions and headings
    count for (1 = as shipped, 0 = not at all). `faq`: factor on the lead that a stored question has over a passage when it matches
    (0 = none). `threshold`: least relevance of a hit, 0-1. `diversity`: how much a passage that repeats a better one loses in the
    last places, 0-1.
    """

    meaning: float = 1.0
    words: float = 1.0
    title: float = 1.0
    faq: float = 1.0
    threshold: float = 0.15
    diversity: float = 0.1  # at 0.3 news_rgb loses 0.005 nDCG@10, at 0.1 0.001

    @classmethod
    def from_json(cls, stored: Mapping[str, object]) -> "Tuning":
        """Tames what is stored: numbers within BOUNDS, everything else as shipped."""
        return cls(**{name: _within(BOUNDS[name], value) for name, value in stored.items() if name in BOUNDS and _is_number(value)})

    def to_json(self) -> dict[str, float]:
        """Only what differs from the shipped weights, within BOUNDS."""
        shipped = asdict(SHIPPED)
        kept = {name: _within(BOUNDS[name], value) for name, value in asdict(self).items()}
        return {name: value for name, value in kept.items() if value != shipped[name]}


BOUNDS = {
    "meaning": Bound(0.0, 3.0, 0.1),
    "words": Bound(0.0, 3.0, 0.1),
    "title": Bound(0.0, 3.0, 0.1),
    "faq": Bound(0.0, 3.0, 0.1),
    "threshold": Bound(0.0, 0.9, 0.01),
    "diversity": Bound(0.0, 1.0, 0.1),
}
SHIPPED = Tuning()


def combined(tunings: Iterable[Tuning]) -> Tuning:
    """One set of weights for several bases: the mean of theirs, because scores must be comparable between the bases of one search."""
    rows = list(tunings)
    if len(set(rows)) <= 1:
        return rows[0] if rows else SHIPPED
    return Tuning(**{field.name: sum(getattr(row, field.name) for row in rows) / len(rows) for field in fields(Tuning)})


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _within(bound: Bound, value: float) -> float:
    return min(bound.most, max(bound.least, float(value)))
