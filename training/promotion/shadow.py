"""How much two rankings of passages have in common. No database."""

from collections.abc import Sequence
from dataclasses import dataclass

DEPTH = 10


@dataclass(frozen=True)
class Likeness:
    """`overlap`: share of the first DEPTH that both have, of the longer of the two, 1.0 when both are empty; `shift`: mean difference of the
    ranks of what both have; `same_first`: the first is the same.
    """

    overlap: float
    shift: float
    same_first: bool


def likeness(one: Sequence[int], other: Sequence[int]) -> Likeness:
    """`one`, `other`: passages, best first."""
    one, other = list(one[:DEPTH]), list(other[:DEPTH])
    ranks = {passage: rank for rank, passage in enumerate(one)}
    shared = [abs(ranks[passage] - rank) for rank, passage in enumerate(other) if passage in ranks]
    longer = max(len(one), len(other))
    return Likeness(len(shared) / longer if longer else 1.0, sum(shared) / len(shared) if shared else 0.0, one[:1] == other[:1])
