"""Logistic regression, the using half: weights come from constants."""

import math
from collections.abc import Mapping


def log_odds(weights: Mapping[str, float], figures: Mapping[str, float]) -> float:
    """bias + sum of weight x figure, within -7..7; figures that have no weight are ignored."""
    z = weights["bias"] + sum(weight * figures[name] for name, weight in weights.items() if name != "bias")
    return max(-7.0, min(7.0, z))


def probability(weights: Mapping[str, float], figures: Mapping[str, float]) -> float:
    """1 / (1 + exp(-log_odds))."""
    return 1 / (1 + math.exp(-log_odds(weights, figures)))
