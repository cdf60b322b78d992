"""What an arm would have earned if it had always served, from choices that were made by chance.

IPS and SNIPS (Horvitz & Thompson 1952; Swaminathan & Joachims 2015), doubly robust (Dudik, Langford & Li 2011). 95 % intervals: normal
approximation of the mean, by the delta method for the ratio of SNIPS.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Z = 1.959964
RIDGE = 1.0
FOLDS = 2


@dataclass(frozen=True)
class Logged:
    """One choice: `arm` was drawn with `propensity` (above 0) in `context` and earned `reward` (0-1)."""

    arm: int
    propensity: float
    context: Sequence[float]
    reward: float


@dataclass(frozen=True)
class Estimate:
    """A mean reward with its 95 % interval."""

    value: float
    low: float
    high: float


def ips(logged: Sequence[Logged], arm: int) -> Estimate:
    """Inverse propensity score: unbiased, wide."""
    weights, rewards = _weights(logged, arm)
    return _mean(weights * rewards)


def snips(logged: Sequence[Logged], arm: int) -> Estimate:
    """Self-normalised: a little biased, much narrower. Without any choice of this arm nothing is known: 0 to 1."""
    weights, rewards = _weights(logged, arm)
    if not weights.sum():
        return Estimate(0.5, 0.0, 1.0)
    value = float((weights * rewards).sum() / weights.sum())
    spread = float(np.sqrt((weights**2 * (rewards - value) ** 2).sum()) / weights.sum())
    return Estimate(value, value - Z * spread, value + Z * spread)


def doubly_robust(logged: Sequence[Logged], arm: int) -> Estimate:
    """A model of the arm's reward, corrected where the arm was really chosen. The model never sees the rows it speaks of (FOLDS)."""
    weights, rewards = _weights(logged, arm)
    contexts = np.array([row.context for row in logged], dtype=float)
    chosen = np.array([row.arm == arm for row in logged])
    expected = np.zeros(len(logged))
    for fold in range(FOLDS):
        inside = np.arange(len(logged)) % FOLDS == fold
        expected[inside] = contexts[inside] @ _ridge(contexts[~inside & chosen], rewards[~inside & chosen])
    return _mean(expected + weights * (rewards - expected))


def _weights(logged: Sequence[Logged], arm: int) -> tuple[np.ndarray, np.ndarray]:
    weights = np.array([1.0 / row.propensity if row.arm == arm else 0.0 for row in logged])
    return weights, np.array([row.reward for row in logged], dtype=float)


def _mean(values: np.ndarray) -> Estimate:
    if len(values) < 2:
        return Estimate(0.5, 0.0, 1.0)
    value, spread = float(values.mean()), float(values.std(ddof=1) / np.sqrt(len(values)))
    return Estimate(value, value - Z * spread, value + Z * spread)


def _ridge(contexts: np.ndarray, rewards: np.ndarray) -> np.ndarray:
    dimensions = contexts.shape[1]
    start = np.zeros(dimensions)
    start[0] = 0.5
    precision = contexts.T @ contexts + RIDGE * np.eye(dimensions)
    return np.linalg.solve(precision, contexts.T @ rewards + RIDGE * start)
