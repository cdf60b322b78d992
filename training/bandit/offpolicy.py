"""What an arm would have earned if it had always served, from choices that were made by chance.

IPS and SNIPS (Horvitz & Thompson 1952; Swaminathan & Joachims 2015), doubly robust (Dudik, Langford & Li 2011; Hadad et al. 2021). 95 % intervals: Student's t
with the effective number of choices of the arm (Kish 1965) less one as degrees of freedom, by the delta method for the ratio of SNIPS.
What was seen twice or less says nothing: 0 to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

RIDGE = 1.0
FOLDS = 10
LEAST = 2.0  # effective choices


@dataclass(frozen=True)
class Logged:
    """One choice: `arm` was drawn with the probabilities `shares` (of every arm, above 0) in `context` and earned `reward` (0-1)."""

    arm: int
    shares: Sequence[float]
    context: Sequence[float]
    reward: float


@dataclass(frozen=True)
class Estimate:
    """A mean reward with its 95 % interval."""

    value: float
    low: float
    high: float


UNKNOWN = Estimate(0.5, 0.0, 1.0)


def ips(logged: Sequence[Logged], arm: int) -> Estimate:
    """Inverse propensity score: unbiased, wide."""
    weights, rewards = _weights(logged, arm)
    return _mean(weights * rewards, weights)


def snips(logged: Sequence[Logged], arm: int) -> Estimate:
    """Self-normalised: a little biased, much narrower."""
    weights, rewards = _weights(logged, arm)
    if _effective(weights) <= LEAST:
        return UNKNOWN
    value = float((weights * rewards).sum() / weights.sum())
    spread = float(np.sqrt((weights**2 * (rewards - value) ** 2).sum()) / weights.sum())
    return _interval(value, spread, weights)


def doubly_robust(logged: Sequence[Logged], arm: int) -> Estimate:
    """A model of the arm's reward, corrected where the arm was really chosen.

    The model knows only what came before the rows it speaks of (FOLDS stretches of time): choices were made from earlier rewards, so later
    ones would tell of them. Each stretch counts by its usual deviation, the root of the mean inverse probability of the arm in it, which
    keeps intervals true although the probabilities were learned (Hadad, Hirshberg, Zhan, Wager & Athey 2021).
    """
    weights, rewards = _weights(logged, arm)
    if _effective(weights) <= LEAST:
        return UNKNOWN
    contexts = np.array([row.context for row in logged], dtype=float)
    chosen = np.array([row.arm == arm for row in logged])
    expected, steady = np.zeros(len(logged)), np.zeros(len(logged))
    inverse = 1.0 / np.array([row.shares[arm] for row in logged], dtype=float)
    for rows in np.array_split(np.arange(len(logged)), min(FOLDS, len(logged))):
        earlier = chosen & (np.arange(len(logged)) < rows[0])
        expected[rows] = contexts[rows] @ _ridge(contexts[earlier], rewards[earlier])
        steady[rows] = 1.0 / np.sqrt(inverse[rows].mean())
    scores = expected + weights * (rewards - expected)
    value = float((steady * scores).sum() / steady.sum())
    return _interval(value, float(np.sqrt((steady**2 * (scores - value) ** 2).sum()) / steady.sum()), weights)


def _weights(logged: Sequence[Logged], arm: int) -> tuple[np.ndarray, np.ndarray]:
    weights = np.array([1.0 / row.shares[row.arm] if row.arm == arm else 0.0 for row in logged])
    return weights, np.array([row.reward for row in logged], dtype=float)


def _effective(weights: np.ndarray) -> float:
    """Choices of equal weight that would tell as much (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.any() else 0.0


def _mean(values: np.ndarray, weights: np.ndarray) -> Estimate:
    if _effective(weights) <= LEAST:
        return UNKNOWN
    return _interval(float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values))), weights)


def _interval(value: float, spread: float, weights: np.ndarray) -> Estimate:
    from scipy.stats import t

    reach = float(t.ppf(0.975, _effective(weights) - 1)) * spread
    return Estimate(value, value - reach, value + reach)


def _ridge(contexts: np.ndarray, rewards: np.ndarray) -> np.ndarray:
    dimensions = contexts.shape[1]
    start = np.zeros(dimensions)
    start[0] = 0.5
    precision = contexts.T @ contexts + RIDGE * np.eye(dimensions)
    return np.linalg.solve(precision, contexts.T @ rewards + RIDGE * start)
