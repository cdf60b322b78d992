"""Contextual Thompson sampling with a Bayesian linear model of the reward for each arm (Agrawal & Goyal 2013).

Pure: no rows, no clock. Shapes: a context is a vector of DIMENSIONS; `precision` (DIMENSIONS, DIMENSIONS); `weighted` (DIMENSIONS,).
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

DIMENSIONS = 4
PRIOR_MEAN = 0.5  # of the first feature, which is always 1: half of the questions are solved until something else is known
PRIOR_PRECISION = 4.0  # worth as much as four observations
NOISE = 0.25  # largest variance of a reward between 0 and 1


@dataclass(frozen=True)
class Posterior:
    """What is known of one arm: Normal(precision^-1 weighted, NOISE precision^-1)."""

    precision: np.ndarray
    weighted: np.ndarray

    @classmethod
    def prior(cls) -> "Posterior":
        precision = np.eye(DIMENSIONS) * PRIOR_PRECISION
        return cls(precision, precision @ _prior_mean())

    @classmethod
    def from_json(cls, stored: Mapping[str, list]) -> "Posterior":
        return cls(np.array(stored["precision"], dtype=float), np.array(stored["weighted"], dtype=float))

    def to_json(self) -> dict[str, list]:
        return {"precision": self.precision.round(6).tolist(), "weighted": self.weighted.round(6).tolist()}

    def learned(self, context: np.ndarray, reward: float, weight: float = 1.0) -> "Posterior":
        """After one more reward (0-1); `weight` 0-1 says how much it counts."""
        return Posterior(self.precision + weight * np.outer(context, context), self.weighted + weight * reward * context)

    def mean(self, context: np.ndarray) -> float:
        """Expected reward in this context."""
        return float(np.linalg.solve(self.precision, self.weighted) @ context)

    def spread(self, context: np.ndarray) -> float:
        """Standard deviation of what is believed of the expected reward in this context."""
        return float(np.sqrt(NOISE * context @ np.linalg.solve(self.precision, context)))

    def draws(self, context: np.ndarray, number: int, random: np.random.Generator) -> np.ndarray:
        """(number,) draws of the expected reward in this context."""
        return random.normal(self.mean(context), self.spread(context), number)


def _prior_mean() -> np.ndarray:
    mean = np.zeros(DIMENSIONS)
    mean[0] = PRIOR_MEAN
    return mean
