"""Which example trains, which decides when to stop, and which only measures, so that nothing leaks from one to the other.

A whole cluster of questions that mean the same goes to one split, by its hash; so does every customer as far as training and evaluation are
concerned. An example whose cluster and customer point to different sides is left out. No database.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from training.datasets.types import Example, digest

TRAIN, DEV, TEST, OUT = "train", "dev", "test", ""
SAME_MEANING = 8.0  # deviations above the encoder's background, as knowledge.retrieval.likeness has it
BLOCK = 1_000  # questions compared at once


@dataclass(frozen=True)
class Shares:
    """Of the clusters, 0-1. The rest trains."""

    dev: float = 0.15
    test: float = 0.2


def clusters(examples: Sequence[Example], vectors, least_cosine: float) -> list[str]:
    """A name for each example's cluster: equal for questions that are connected by likeness. vectors: float32 (n, dim), normalised.

    The name is the least key of the cluster, so that it stays when others join, unless one before it joins.
    """
    parent = list(range(len(examples)))
    for one, other in _alike(vectors, least_cosine):
        _join(parent, one, other)
    names: dict[int, str] = {}
    for place, each in enumerate(examples):
        root = _root(parent, place)
        names[root] = min(names.get(root, each.key), each.key)
    return [names[_root(parent, place)] for place in range(len(examples))]


def split_of(cluster: str, customer: str, *, seed: int, shares: Shares, gold: Mapping[str, str] | None = None) -> str:
    """TRAIN, DEV, TEST or OUT (left out). gold: clusters that measure already, for ever."""
    side = TEST if gold and cluster in gold else _side(f"cluster{cluster}", seed, shares)
    if not customer:
        return side
    measures = _share(f"customer{customer}", seed) < shares.test
    return side if measures == (side == TEST) else OUT


def _side(name: str, seed: int, shares: Shares) -> str:
    share = _share(name, seed)
    if share < shares.test:
        return TEST
    return DEV if share < shares.test + shares.dev else TRAIN


def _share(name: str, seed: int) -> float:
    """Uniform in 0-1, the same for a name and seed on every machine."""
    return int(digest(seed, name)[:12], 16) / 16**12


def _alike(vectors, least_cosine: float):
    import numpy as np

    for start in range(0, len(vectors), BLOCK):
        cosines = vectors[start : start + BLOCK] @ vectors.T
        for row, column in np.argwhere(cosines >= least_cosine):
            if start + row < column:
                yield int(start + row), int(column)


def _root(parent: list[int], place: int) -> int:
    while parent[place] != place:
        parent[place] = parent[parent[place]]
        place = parent[place]
    return place


def _join(parent: list[int], one: int, other: int) -> None:
    one, other = _root(parent, one), _root(parent, other)
    parent[max(one, other)] = min(one, other)
