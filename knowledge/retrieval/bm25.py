"""BM25 as numbers: what a word in a passage is worth, and what a word of the query weighs.

score(q, d) = sum over words of qtf * idf * tf(k1+1) / (tf + k1(1 - b + b*length/avgdl))
(Robertson & Zaragoza, The Probabilistic Relevance Framework, 2009; idf as in Lucene, never negative). tf is the weighted sum over
body, title, question and headings; length counts the body alone, so that a long title costs its passages nothing.
"""

import math
from collections.abc import Sequence

# Chosen on five development sets of passages of at most 500 words (nDCG@10 of debian, wiki, news, tidb, ucloud; 25 settings tried):
# these give 0.534 0.984 0.579 0.567 0.544, b 0.75 with titles weighing 1 and counted into the length 0.527 0.982 0.583 0.547 0.532.
K1 = 1.5
B = 0.8
TITLE_WEIGHT = 2.0  # a title's or question's word counts as often; 3 gains nothing on four sets and loses 0.008 on the fifth
HEADING_WEIGHT = 1.5


def impacts(tfs: Sequence[float], length: float, avgdl: float) -> list[float]:
    """The document's part of the score for each of its words."""
    norm = K1 * (1 - B + B * length / avgdl)
    return [tf * (K1 + 1) / (tf + norm) for tf in tfs]


def idf(df: int, passages: int) -> float:
    """The query's part for a word found in `df` of `passages`."""
    return math.log(1 + (passages - df + 0.5) / (df + 0.5))
