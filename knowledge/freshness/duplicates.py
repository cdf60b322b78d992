"""The same text twice, by shingles (Broder 1997): three characters each, without spaces and signs."""

import re

from knowledge.freshness.quantities import read
from knowledge.retrieval.terms import fold

SHINGLE = 3
SHORTEST = 30  # characters that are worth a finding; shorter ones only when they are equal
SHORTEST_EQUAL = 12
ALIKE = 0.85  # share of the shorter text's shingles that the other has
_SIGNS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    return _SIGNS.sub("", fold(text))


def likeness(one: str, other: str) -> float:
    """How much of the shorter text stands in the other one, 0-1 (containment of shingles).

    0 where the other lacks one of its numbers or codes: that is another product, or a contradiction.
    """
    short, long = sorted((one, other), key=len)
    a, b = plain(short), plain(long)
    if len(a) < SHORTEST:
        return float(a == b and len(a) >= SHORTEST_EQUAL)
    mine, theirs = read(fold(short)), read(fold(long))
    if mine.codes - theirs.codes or set(mine.quantities) - set(theirs.quantities):
        return 0.0
    shingles = _shingles(a)
    return len(shingles & _shingles(b)) / len(shingles)


def _shingles(text: str) -> set[str]:
    return {text[start : start + SHINGLE] for start in range(len(text) - SHINGLE + 1)}
