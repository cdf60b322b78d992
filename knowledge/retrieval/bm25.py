"""BM25 as numbers: what a word in a passage is worth, and what a word of the query weighs.

score(q, d) = sum over words of qtf * idf * tf(k1+1) / (tf + k1(1 - b + b*length/avgdl))
(Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009; idf as in Lucene, never negative).
"""

import math
from collections.abc import Sequence

K1 = 1.5
B = 0.75
TITLE_WEIGHT = 1.0
HEADING_WEIGHT = 1.0


def impacts(tfs: Sequence[float], length: float, avgdl: float) -> list[float]:
    """The document's part of the score for each of its words."""
    norm = K1 * (1 - B + B * length / avgdl)
    return [tf * (K1 + 1) / (tf + norm) for tf in tfs]


def idf(df: int, passages: int) -> float:
    """The query's part for a word found in `df` of `passages`."""
    return math.log(1 + (passages - df + 0.5) / (df + 0.5))
