"""Whether the passages answer the question at all."""

from collections import defaultdict
from collections.abc import Sequence

from conversations.bot.coefficients import ANSWER
from conversations.bot.evidence import Scored
from conversations.bot.logistic import probability

_LOOKED_AT = 5


def confidence(scored: Sequence[Scored]) -> float:
    """Probability, 0-1, that one of the sentences (best first) answers the question."""
    return probability(ANSWER, figures(scored)) if scored else 0.0


def figures(scored: Sequence[Scored]) -> dict[str, float]:
    """What the answer as a whole is judged by: the best sentence, how the next ones follow, and how many passages agree."""
    best, top = scored[0], scored[:_LOOKED_AT]
    return {
        "best": best.probability,
        "top": sum(one.probability for one in top) / len(top),
        "agree": min(1.0, _agreeing(scored) / 4),
        **{f"best_{name}": value for name, value in best.figures.items()},
    }


def _agreeing(scored: Sequence[Scored]) -> float:
    """Weight of the passages besides the best one whose likely sentences offer the same answer."""
    weight: dict[str, dict[int, float]] = defaultdict(dict)
    for one in scored[:30]:
        for offer in set(one.offers):
            chunks = weight[offer]
            chunks[one.sentence.hit.chunk_id] = max(chunks.get(one.sentence.hit.chunk_id, 0.0), one.probability)
    best = max(weight.values(), key=lambda chunks: sum(chunks.values()), default={})
    return sum(best.values()) - max(best.values(), default=0.0)
