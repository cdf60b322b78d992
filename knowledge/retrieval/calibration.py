"""How likely a passage answers the question: `relevance`, 0-1, comparable across questions and bases."""

import math

from knowledge.retrieval.fusion import Candidate

THRESHOLD = 0.0


def relevance(candidate: Candidate, *, best_possible: float) -> float:
    return 1 / (1 + math.exp(-30 * ((candidate.cosine or 0) - 0.85)))
