"""How well a search answers a test question whose right passages are known. Pure numbers, no database."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

DEPTH = 20  # passages looked at
RIGHT, PARTLY, WRONG = 2, 1, 0  # grades of a judgement


@dataclass(frozen=True)
class Standing:
    """`rank`: of the first right passage, from 1, None = not among the first DEPTH. `rejected`: it is below the threshold. `ndcg`: of 10."""

    rank: int | None
    rejected: bool
    ndcg: float

    @property
    def reciprocal(self) -> float:
        return 1 / self.rank if self.rank else 0.0


@dataclass(frozen=True)
class Summary:
    """Means over test questions, 0-1: nDCG@10, reciprocal rank, share with the right passage among the first three."""

    questions: int
    ndcg: float
    reciprocal: float
    hit_at_3: float


def standing(hits: Sequence[int], rejected: Sequence[int], known: Iterable[int]) -> Standing:
    """`hits`, `rejected`: the grade of each passage in its order, 0 for one without a judgement. `known`: grades of all judged passages.

    Right is the highest grade that anybody gave. nDCG with gains 2^grade - 1 (Burges et al. 2005).
    """
    known = sorted(known, reverse=True)
    right = known[0] if known and known[0] > WRONG else RIGHT
    rank = next((place for place, grade in enumerate(hits[:DEPTH], 1) if grade >= right), None)
    ideal = _gain(known[:10])
    return Standing(rank, rank is None and right in rejected, _gain(hits[:10]) / ideal if ideal else 0.0)


def summary(standings: Iterable[Standing]) -> Summary:
    rows = list(standings)
    count = len(rows) or 1
    top = sum(1 for row in rows if row.rank and row.rank <= 3)
    return Summary(len(rows), sum(row.ndcg for row in rows) / count, sum(row.reciprocal for row in rows) / count, top / count)


def to_json(row: Standing) -> dict:
    return asdict(row)


def _gain(grades: Sequence[int]) -> float:
    return sum((2**grade - 1) / math.log2(place + 1) for place, grade in enumerate(grades, 1))
