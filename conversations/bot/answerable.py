"""Whether the passages answer the question at all."""

from collections.abc import Mapping, Sequence

from conversations.bot.coefficients import BY_MEANING, BY_WORDS
from conversations.bot.cues import FACTS, Wanted
from conversations.bot.evidence import Scored
from conversations.bot.logistic import probability

_TOP = 10  # sentences
_FEWEST = 6  # passages; a smaller base counts as if others said nothing
_ON_TOPIC = 0.7  # share of the question's words that a passage on its topic says
_CROWD = 5  # passages on the topic: from here on the answer should be found in more than one


def confidence(kind: Wanted, scored: Sequence[Scored], *, by_meaning: bool) -> float:
    """Probability, 0-1, that the sentences (best first) answer a question of this kind.

    Three cases with weights of their own: an explanation is asked for; a fact, and many passages are on its topic, so that they should
    agree; a fact that few passages can know. `by_meaning`: the passages' cosines mean something (see evidence.cosine_scale).
    """
    if not scored:
        return 0.0
    weights = BY_MEANING if by_meaning else BY_WORDS
    return probability(weights[_case(kind, scored)], figures(scored))


def _case(kind: Wanted, scored: Sequence[Scored]) -> str:
    if kind not in FACTS:
        return "explanation"
    on_topic = sum(one["passage"] >= _ON_TOPIC for one in _passages(scored).values())
    return "crowd" if on_topic >= _CROWD else "few"


def figures(scored: Sequence[Scored]) -> dict[str, float]:
    """What the answer as a whole is judged by."""
    passages = _passages(scored).values()
    return {
        "best": scored[0].log_odds,
        "top": sum(one.probability for one in scored[:_TOP]) / _TOP,
        "agree": max(one.figures["agreement"] for one in scored[:_TOP]),
        "near": max(one.figures["near"] for one in scored),
        "fit": max(one.figures["context"] * min(1.0, 2 * one.figures["offers"]) for one in scored),
        "under": max(one.figures["under"] for one in scored),
        "context": max(one.figures["context"] for one in scored),
        "heading": max(one["heading"] for one in passages),
        "passage": max(one["passage"] for one in passages),
        "passages": sum(one["passage"] for one in passages) / max(_FEWEST, len(passages)),
        "cosine": max(one["cosine"] for one in passages),
    }


def _passages(scored: Sequence[Scored]) -> dict[int, Mapping[str, float]]:
    return {one.chunk: one.figures for one in scored}
