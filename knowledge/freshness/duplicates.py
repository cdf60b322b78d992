"""The same text twice, by shingles (Broder 1997): three characters each, without spaces and signs."""

import re

from knowledge.freshness.quantities import read
from knowledge.retrieval.terms import fold

SHINGLE = 3
SHORTEST = 30  # characters that are worth a finding; shorter ones only when they are equal
SHORTEST_EQUAL = 12
ALIKE = 0.8  # shared share of all shingles of both
_SIGNS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    return _SIGNS.sub("", fold(text))


def likeness(one: str, other: str) -> float:
    """Jaccard similarity of the shingles, 0-1; 0 where a number or a code differs: that is another product, or a contradiction."""
    a, b = plain(one), plain(other)
    if min(len(a), len(b)) < SHORTEST:
        return float(a == b and len(a) >= SHORTEST_EQUAL)
    mine, theirs = read(fold(one)), read(fold(other))
    if mine.codes != theirs.codes or set(mine.quantities) != set(theirs.quantities):
        return 0.0
    return jaccard(_shingles(a), _shingles(b))


def jaccard(one: set[str], other: set[str]) -> float:
    return len(one & other) / len(one | other)


def _shingles(text: str) -> set[str]:
    return {text[start : start + SHINGLE] for start in range(len(text) - SHINGLE + 1)}
