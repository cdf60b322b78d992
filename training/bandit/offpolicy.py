"""What an arm would have earned if it had always served, from choices that were made by chance.

IPS and SNIPS (Horvitz & Thompson 1952; Swaminathan & Joachims 2015), doubly robust (Dudik, Langford & Li 2011; Hadad et al. 2021). 95 % intervals: Student's t
with the effective number of choices of the arm (Kish 1965) less one as degrees of freedom, by the delta method for the ratio of SNIPS.
What was seen twice or less says nothing: 0 to 1.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from training.promotion.control import mixture_reach

RIDGE = 1.0
FOLDS = 10
LEAST = 2.0  # effective choices
LEAST_CHOICES = 50  # of an arm before it may become the default
TIGHTEST = 200.0  # variance summed at which its proof is easiest: some thousand choices, one in twenty of the arm
ALPHA = 0.05  # chance that any of equally good arms is ever taken for better


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

    Each stretch of time counts by its usual deviation, the root of the mean inverse probability of the arm in it, which keeps intervals
    true although the probabilities were learned (Hadad, Hirshberg, Zhan, Wager & Athey 2021).
    """
    weights, _rewards = _weights(logged, arm)
    if _effective(weights) <= LEAST:
        return UNKNOWN
    scores, inverse = _scores(logged, arm)
    value, spread = _weighed(scores, 1.0 / np.sqrt(inverse))
    return _interval(value, spread, weights)


def advantage(logged: Sequence[Logged], arm: int, other: int, *, alpha: float = 0.05) -> Estimate:
    """How much more `arm` earns than `other` on the same choices: the doubly robust scores' difference, choice by choice.

    The interval holds at all looks together but for a chance of `alpha` (a confidence sequence, training.promotion.control), so that it may
    be looked at whenever one likes. Known nothing: -1 to 1.
    """
    if min(_effective(_weights(logged, each)[0]) for each in (arm, other)) <= LEAST:
        return Estimate(0.0, -1.0, 1.0)
    (mine, inverse), (others, inverse_of_other) = _scores(logged, arm), _scores(logged, other)
    steady = 1.0 / np.sqrt(inverse + inverse_of_other)
    value, spread = _weighed(mine - others, steady)
    reach = mixture_reach((spread * steady.sum()) ** 2, alpha, TIGHTEST) / steady.sum()
    return Estimate(value, value - float(reach), value + float(reach))


def lead(logged: Sequence[Logged], arm: int, default: int, arms: int) -> Estimate:
    """The advantage over the default, whose lower bound holds for all other arms together (Bonferroni; one side of the interval counts)."""
    return advantage(logged, arm, default, alpha=2 * ALPHA / (arms - 1))


def better_proven(logged: Sequence[Logged], arm: int, default: int, arms: int) -> bool:
    """Whether `arm` earns more than the default, whatever number of arms and of looks; never of few choices."""
    if arm == default or sum(row.arm == arm for row in logged) < LEAST_CHOICES:
        return False
    return lead(logged, arm, default, arms).low > 0


def _weighed(scores: np.ndarray, steady: np.ndarray) -> tuple[float, float]:
    """(weighted mean, its standard deviation)."""
    value = float((steady * scores).sum() / steady.sum())
    return value, float(np.sqrt((steady**2 * (scores - value) ** 2).sum()) / steady.sum())


def _scores(logged: Sequence[Logged], arm: int) -> tuple[np.ndarray, np.ndarray]:
    """(doubly robust score of each choice, mean inverse probability of the arm in its stretch of time).

    The model knows only what came before the rows it speaks of (FOLDS stretches): choices were made from earlier rewards, so later ones
    would tell of them.
    """
    weights, rewards = _weights(logged, arm)
    contexts = np.array([row.context for row in logged], dtype=float)
    chosen = np.array([row.arm == arm for row in logged])
    inverse = 1.0 / np.array([row.shares[arm] for row in logged], dtype=float)
    expected, steady = np.zeros(len(logged)), np.zeros(len(logged))
    for rows in np.array_split(np.arange(len(logged)), min(FOLDS, len(logged))):
        earlier = chosen & (np.arange(len(logged)) < rows[0])
        expected[rows] = contexts[rows] @ _ridge(contexts[earlier], rewards[earlier])
        steady[rows] = inverse[rows].mean()
    return expected + weights * (rewards - expected), steady


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
