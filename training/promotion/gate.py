"""The gate: nothing is promoted unless it is proved better on questions that it has not seen. Pure numbers, no database.

The primary figure is judged by the percentile bootstrap of paired differences (Efron 1979; for rankings: Sakai, Evaluating evaluation
metrics based on the bootstrap, SIGIR 2006). What failed is told with its figures and with what data would settle it.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field

from training.evaluation.metrics import paired_interval


@dataclass(frozen=True)
class Limits:
    """`questions`: fewest to decide by. `slice_margin`: of the primary figure, that no slice of `slice_questions` and more may lose.
    A candidate's p95 may be `latency_factor` times the other's plus `latency_slack_ms`, which two runs of the same differ by. A tolerated rate
    may rise by `rate_margin`.
    """

    questions: int = 50
    slice_margin: float = 0.02
    slice_questions: int = 30
    latency_factor: float = 1.25
    latency_slack_ms: float = 5.0
    rate_margin: float = 0.02


@dataclass(frozen=True)
class Measured:
    """One release on the evaluation questions. `scores`: primary figure of each question, 0-1, in the same order for both releases.

    `slices`: name -> places in `scores`. `safety`: name -> rate of what must not happen, 0-1; `rates`: what may
    rise a little. `p95_ms`: of a search, None = not measured.
    """

    scores: Sequence[float]
    slices: Mapping[str, Sequence[int]] = field(default_factory=dict)
    safety: Mapping[str, float] = field(default_factory=dict)
    rates: Mapping[str, float] = field(default_factory=dict)
    p95_ms: float | None = None


@dataclass(frozen=True)
class Condition:
    """`name`: key of training.promotion.wording.SENTENCES; `values`: the figures of its sentence."""

    name: str
    passed: bool
    values: Mapping[str, float | str]


@dataclass(frozen=True)
class Verdict:
    difference: float
    interval: tuple[float, float]
    conditions: tuple[Condition, ...]

    @property
    def passed(self) -> bool:
        return all(condition.passed for condition in self.conditions)

    @property
    def failed(self) -> tuple[Condition, ...]:
        return tuple(condition for condition in self.conditions if not condition.passed)

    def to_json(self) -> list[dict]:
        return [asdict(condition) for condition in self.conditions]


def decide(before: Measured, after: Measured, limits: Limits | None = None) -> Verdict:
    """Compare the release in use with a candidate. Raises ValueError when they were not asked the same questions."""
    limits = limits or Limits()
    if len(before.scores) != len(after.scores):
        raise ValueError("both releases must be asked the same questions")
    difference, interval = 0.0, (0.0, 0.0)
    if before.scores:
        difference = _mean(after.scores) - _mean(before.scores)
        interval = paired_interval(after.scores, before.scores)
    conditions = [_enough(len(after.scores), limits), _better(before, after, difference, interval, limits)]
    conditions += [_slice(name, places, before, after, limits) for name, places in _judged(after.slices, limits)]
    conditions += [_safe(name, before.safety.get(name, 0.0), rate) for name, rate in after.safety.items()]
    conditions += [_tolerated(name, before.rates.get(name, 0.0), rate, limits) for name, rate in after.rates.items()]
    if before.p95_ms is not None and after.p95_ms is not None:
        conditions.append(_fast(before.p95_ms, after.p95_ms, limits))
    return Verdict(difference, interval, tuple(conditions))


def questions_needed(differences: Sequence[float]) -> int:
    """How many questions would put the lower bound above zero if the difference stayed what it is; 0 when it is not positive."""
    count = len(differences)
    if count < 2 or _mean(differences) <= 0:
        return 0
    mean = _mean(differences)
    variance = sum((value - mean) ** 2 for value in differences) / (count - 1)
    return max(2, math.ceil(1.96**2 * variance / mean**2 * 1.05))


def _enough(count: int, limits: Limits) -> Condition:
    return Condition("enough", count >= limits.questions, {"questions": count, "needed": limits.questions})


def _better(before: Measured, after: Measured, difference: float, interval: tuple[float, float], limits: Limits) -> Condition:
    each = [new - old for new, old in zip(after.scores, before.scores, strict=True)]
    values = {
        "before": round(_mean(before.scores), 4),
        "after": round(_mean(after.scores), 4),
        "difference": round(difference, 4),
        "low": round(interval[0], 4),
        "high": round(interval[1], 4),
        "needed": max(limits.questions, questions_needed(each)) if difference > 0 else 0,
    }
    return Condition("better", bool(before.scores) and interval[0] > 0, values)


def _judged(slices: Mapping[str, Sequence[int]], limits: Limits) -> list[tuple[str, Sequence[int]]]:
    return [(name, places) for name, places in slices.items() if len(places) >= limits.slice_questions]


def _slice(name: str, places: Sequence[int], before: Measured, after: Measured, limits: Limits) -> Condition:
    lost = _mean([before.scores[place] for place in places]) - _mean([after.scores[place] for place in places])
    values = {"slice": name, "questions": len(places), "difference": round(-lost, 4), "margin": limits.slice_margin}
    return Condition("slice", lost <= limits.slice_margin, values)


def _safe(name: str, before: float, after: float) -> Condition:
    return Condition("safety", after <= before + 1e-9, {"figure": name, "before": round(before, 4), "after": round(after, 4)})


def _tolerated(name: str, before: float, after: float, limits: Limits) -> Condition:
    values = {"figure": name, "before": round(before, 4), "after": round(after, 4), "margin": limits.rate_margin}
    return Condition("rate", after <= before + limits.rate_margin + 1e-9, values)


def _fast(before: float, after: float, limits: Limits) -> Condition:
    most = before * limits.latency_factor + limits.latency_slack_ms
    return Condition("latency", after <= most, {"before": round(before, 1), "after": round(after, 1), "most": round(most, 1)})


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
