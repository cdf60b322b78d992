"""The whole curve of the threshold of quoted answers: how many are refused rightly and wrongly, and how many are right, at each point."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversations.bot.coefficients import LEAST_FACT
from conversations.bot.steps.answer import EXTRACTIVE
from conversations.bot.steps.check import fits, least
from conversations.types import BotState
from training.evaluation.rag_sets import Case

STEP = 0.05


@dataclass(frozen=True)
class Margin:
    """How far above its threshold a draft's confidence lies (None: no draft, or one that could not go out), and whether it is right."""

    above: float | None
    right: bool = False


def margin_of(state: BotState, case: Case) -> Margin:
    """Of a quoted draft, whether it went out or not."""
    draft = next((entry.output for entry in state.trace if entry.step == "answer"), {})
    if draft.get("writer") != EXTRACTIVE or not draft["quotes"] or not fits(case.query, draft["answer"]):
        return Margin(None)
    return Margin(draft["confidence"] - least(case.query), case.is_answered_by(draft["answer"]))


def curve(margins: Sequence[tuple[Margin, Margin]]) -> list[dict[str, float]]:
    """For each threshold of facts (that of explanations moves along): refusal_rate, false_refusal_rate, accuracy; `shipped` marks ours.

    margins: (with the passages that answer, without them) of each question.
    """
    points = [round(number * STEP, 2) for number in range(1, round(1 / STEP))]
    return [_point(threshold, margins) for threshold in points]


def _point(threshold: float, margins: Sequence[tuple[Margin, Margin]]) -> dict[str, float]:
    shift, count = threshold - LEAST_FACT, len(margins)
    answered = [with_answer for with_answer, _without in margins if _goes_out(with_answer, shift)]
    return {
        "threshold": threshold,
        "refusal_rate": round(sum(not _goes_out(without, shift) for _with, without in margins) / count, 4),
        "false_refusal_rate": round(1 - len(answered) / count, 4),
        "accuracy": round(sum(one.right for one in answered) / count, 4),
        "shipped": abs(shift) < STEP / 2,
    }


def _goes_out(margin: Margin, shift: float) -> bool:
    return margin.above is not None and margin.above >= shift - 1e-9
