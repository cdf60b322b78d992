"""How likely a passage answers the question: `relevance`, 0-1, comparable across questions, bases and encoders.

Logistic regression on two features of the five best passages of each question: how far the cosine stands above the encoder's background
(knowledge/retrieval/background), and BM25 as a share of what the question could reach at most (words that the base does not know count).
Data: 1,914 questions of five development sets (docs_debian, docs_tidb, faq_medical, news_rgb, wiki_cmrc); relevant passages against
other passages, the best ones after the relevant were removed, and the best ones for questions of another field, sets and groups weighing
the same, relevant and irrelevant half each. Leave one set out: area under the curve 0.79-0.99 within the field, 0.99-1.00 against
questions of another field. What it cannot tell is whether a passage on the very subject holds the answer: the bot checks that.
"""

import math

from knowledge.retrieval.background import Background
from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.weights import SHIPPED, Weights

# At 0.15, 98-100 % of the relevant passages among the first ten stay; for 79-100 % of the questions of another field nothing does.
THRESHOLD = 0.15

NEUTRAL = 4.2  # deviations assumed where no vector or no background is at hand: words alone decide
LEAST, MOST = -5.0, 15.0


def relevance(candidate: Candidate, *, background: Background | None, best_possible: float, weights: Weights = SHIPPED) -> float:
    deviations, share = features(candidate, background=background, best_possible=best_possible)
    exponent = weights.intercept + weights.per_deviation * deviations + weights.per_share * share
    return 1 / (1 + math.exp(-min(500.0, max(-500.0, exponent))))


def features(candidate: Candidate, *, background: Background | None, best_possible: float) -> tuple[float, float]:
    """(deviations of the cosine above the background, BM25 as a share of what the question could reach)."""
    deviations = NEUTRAL
    if background is not None and candidate.cosine is not None:
        deviations = min(MOST, max(LEAST, background.above(candidate.cosine)))
    return deviations, candidate.bm25 / best_possible if best_possible else 0.0
