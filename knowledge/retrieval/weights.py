"""Coefficients a release brings along for single bases: of the ranker and of the calibration. Elsewhere the shipped ones.

Labels of one base say little of another, so what is learned from them stays there. They are part of `ModelRelease.settings`, so that
order, relevance and query encoder change in the same moment, and back.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields

from knowledge.retrieval import ranker_weights as shipped
from knowledge.retrieval.calibration_weights import INTERCEPT, PER_DEVIATION, PER_SHARE

SETTING = "weights"  # in ModelRelease.settings: by base id
MOST = 20.0  # no coefficient is larger: a row that was written wrongly can never break a search


@dataclass(frozen=True)
class Weights:
    """`meaning` to `siblings`: of knowledge/retrieval/ranker, per unit of each figure. The others: of knowledge/retrieval/calibration."""

    meaning: float = shipped.MEANING
    words: float = shipped.WORDS
    covered: float = shipped.COVERED
    missing: float = shipped.MISSING
    length: float = shipped.LENGTH
    opening: float = shipped.OPENING
    sibling: float = shipped.SIBLING
    siblings: float = shipped.SIBLINGS
    intercept: float = INTERCEPT
    per_deviation: float = PER_DEVIATION
    per_share: float = PER_SHARE

    @classmethod
    def from_settings(cls, settings: Mapping[str, object], base_ids: Iterable[int]) -> "Weights":
        """For a search in these bases: the mean of theirs, because scores must be comparable between the bases of one search."""
        stored = settings.get(SETTING)
        if not isinstance(stored, Mapping) or not stored:
            return SHIPPED
        rows = {cls.from_json(stored.get(str(base))) for base in base_ids} or {SHIPPED}
        if len(rows) == 1:
            return next(iter(rows))
        return cls(**{field.name: sum(getattr(row, field.name) for row in rows) / len(rows) for field in fields(cls)})

    @classmethod
    def from_json(cls, stored: object) -> "Weights":
        """Unknown names and what is no number are ignored."""
        names = {field.name for field in fields(cls)}
        known = stored.items() if isinstance(stored, Mapping) else ()
        return cls(**{name: max(-MOST, min(MOST, float(value))) for name, value in known if name in names and _is_number(value)})

    def to_json(self) -> dict[str, float]:
        return {name: round(value, 5) for name, value in asdict(self).items()}


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


SHIPPED = Weights()
