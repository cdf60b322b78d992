"""Two ranked lists become one. Pure numbers, no database.

The mix was chosen on the development sets by nDCG@10 less that of the better half (wiki_cmrc, docs_debian, news_rgb, faq_medical,
docs_tidb): deviations of the cosine above the encoder's background x 0.2 + BM25 as a share of what the question could reach:
+0.005 +0.035 +0.016 +0.006 +0.064; 0.6 x min-max cosine + 0.4 x BM25 / best: +0.008 +0.032 +0.004 -0.011 +0.060, and with shares
0.75 / 0.25 +0.003 +0.045 +0.013 +0.003 +0.061. Scores that do not depend on the rest of the list lose least where one half is weak.
"""

from collections.abc import Iterable
from typing import NamedTuple

from knowledge.retrieval.background import Background
from knowledge.types import Reason

PER_DEVIATION = 0.2  # 0.16-0.25 differ by less than 0.006 on every set
MEANING_SHARE = 0.75  # of the mix for an encoder whose background is not known yet
RRF_K = 60  # Cormack, Clarke, Büttcher 2009


class Candidate(NamedTuple):
    """A chunk found by either half. Ranks count from 1, None = not in that half's list; a score is None only when the row is missing."""

    chunk_id: int
    cosine: float | None
    bm25: float
    vector_rank: int | None = None
    lexical_rank: int | None = None
    score: float = 0.0
    relevance: float = 0.0
    reasons: tuple[Reason, ...] = ()
    same: tuple[int, ...] = ()
    alike: float = 0.0


def merge(lexical: Iterable[tuple[int, float, float | None]], vector: Iterable[tuple[int, float | None, float]]) -> list[Candidate]:
    """Rows (chunk, BM25, cosine) of both halves, each best first, as one candidate a chunk."""
    found: dict[int, Candidate] = {}
    for rank, (chunk, bm25, cosine) in enumerate(lexical, 1):
        found[chunk] = Candidate(chunk, cosine, bm25, lexical_rank=rank)
    for rank, (chunk, bm25, cosine) in enumerate(vector, 1):
        if chunk in found:
            found[chunk] = found[chunk]._replace(vector_rank=rank)
        else:
            found[chunk] = Candidate(chunk, cosine, bm25 or 0.0, vector_rank=rank)
    return list(found.values())


def absolute(candidates: list[Candidate], *, background: Background, best_possible: float) -> list[Candidate]:
    """Best first by deviations of the cosine above the background x 0.2 + BM25 / best possible BM25."""

    def score(c: Candidate) -> float:
        meaning = background.above(c.cosine) if c.cosine is not None else 0.0
        return PER_DEVIATION * meaning + (c.bm25 / best_possible if best_possible else 0.0)

    return ordered(c._replace(score=score(c)) for c in candidates)


def linear(candidates: list[Candidate], *, meaning_share: float = MEANING_SHARE) -> list[Candidate]:
    """Best first by share x min-max cosine + (1 - share) x BM25 / best BM25."""
    cosines = [c.cosine for c in candidates if c.cosine is not None]
    low, span = (min(cosines), (max(cosines) - min(cosines)) or 1.0) if cosines else (0.0, 1.0)
    top = max((c.bm25 for c in candidates), default=0.0) or 1.0

    def score(c: Candidate) -> float:
        meaning = (c.cosine - low) / span if c.cosine is not None else 0.0
        return meaning_share * meaning + (1 - meaning_share) * c.bm25 / top

    return ordered(c._replace(score=score(c)) for c in candidates)


def reciprocal_rank(candidates: list[Candidate]) -> list[Candidate]:
    """Best first by the sum of 1 / (60 + rank). Loses to the better half on four development sets: kept for comparison."""

    def score(c: Candidate) -> float:
        return sum(1 / (RRF_K + rank) for rank in (c.vector_rank, c.lexical_rank) if rank)

    return ordered(c._replace(score=score(c)) for c in candidates)


def by_meaning(candidates: list[Candidate]) -> list[Candidate]:
    return ordered(c._replace(score=c.cosine or 0.0) for c in candidates if c.vector_rank)


def by_words(candidates: list[Candidate]) -> list[Candidate]:
    return ordered(c._replace(score=c.bm25) for c in candidates if c.lexical_rank)


def ordered(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda c: (-c.score, c.chunk_id))
