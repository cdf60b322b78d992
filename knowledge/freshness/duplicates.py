"""The same text twice, by shingles (Broder 1997): three characters each, without spaces and signs."""

import re
from dataclasses import dataclass

from knowledge.freshness.quantities import Quantity, read
from knowledge.retrieval.terms import fold

SHINGLE = 3
SHORTEST = 30  # characters that are worth a finding; shorter ones only when they are equal
SHORTEST_EQUAL = 12
ALIKE = 0.85  # share of the shorter text's shingles that the other has
_SIGNS = re.compile(r"[\W_]+")


def plain(text: str) -> str:
    return _SIGNS.sub("", fold(text))


@dataclass(frozen=True)
class Fingerprint:
    """What two texts are compared by: their characters, shingles, and the numbers and codes in them."""

    plain: str
    shingles: frozenset[str]
    codes: frozenset[str]
    quantities: frozenset[Quantity]


def fingerprint(text: str) -> Fingerprint:
    reading, characters = read(fold(text)), plain(text)
    return Fingerprint(characters, _shingles(characters), reading.codes, frozenset(reading.quantities))


def likeness(one: Fingerprint, other: Fingerprint) -> float:
    """How much of the shorter text stands in the other one, 0-1 (containment of shingles).

    0 where the other lacks one of its numbers or codes: that is another product, or a contradiction.
    """
    short, long = sorted((one, other), key=lambda each: len(each.plain))
    if len(short.plain) < SHORTEST:
        return float(short.plain == long.plain and len(short.plain) >= SHORTEST_EQUAL)
    if short.codes - long.codes or short.quantities - long.quantities:
        return 0.0
    return len(short.shingles & long.shingles) / len(short.shingles)


def _shingles(text: str) -> frozenset[str]:
    return frozenset(text[start : start + SHINGLE] for start in range(len(text) - SHINGLE + 1))
