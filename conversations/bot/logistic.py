"""Logistic regression, the using half: weights come from constants."""

import math
from collections.abc import Mapping


def probability(weights: Mapping[str, float], figures: Mapping[str, float]) -> float:
    """1 / (1 + exp(-(bias + sum of weight x figure))); figures that have no weight are ignored."""
    z = weights["bias"] + sum(weight * figures[name] for name, weight in weights.items() if name != "bias")
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, z))))
