"""A question and its answer as the places of a hashed vector. Pure Python: it runs within every turn, in a millisecond."""

import math
from collections.abc import Mapping
from zlib import crc32

SIZE = 2**14
LONGEST = 600  # characters of either text
GRAMS = (2, 3)  # characters


def places(question: str, answer: str) -> list[int]:
    """Which of SIZE places are set: runs of two and three characters, of question and answer apart (Weinberger et al. 2009, hashing)."""
    found = set()
    for side, text in (("q", question), ("a", answer)):
        plain = "".join(text.split()).lower()[:LONGEST]
        for length in GRAMS:
            found |= {crc32(f"{side}{plain[at : at + length]}".encode()) % SIZE for at in range(len(plain) - length + 1)}
    return sorted(found)


def probability(found: list[int], weights: Mapping[int, float], bias: float) -> float:
    """Of the logistic model, for a vector of length one."""
    if not found:
        return 0.0
    points = bias + sum(weights.get(place, 0.0) for place in found) / math.sqrt(len(found))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, points))))
