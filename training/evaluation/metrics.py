"""Measures of a ranked list. Pure functions; `gains` maps relevant documents to their gain (> 0)."""

import math
from collections.abc import Mapping, Sequence

from scrm.core.shares import Share


def ndcg(ranked: Sequence[str], gains: Mapping[str, float], k: int = 10) -> float:
    """Normalised discounted cumulative gain, gain 2^relevance - 1 (Burges et al. 2005)."""
    best = _discounted(sorted(gains.values(), reverse=True)[:k])
    return _discounted([gains.get(name, 0.0) for name in ranked[:k]]) / best if best else 0.0


def recall(ranked: Sequence[str], gains: Mapping[str, float], k: int) -> float:
    return len(set(ranked[:k]) & gains.keys()) / len(gains)


def reciprocal_rank(ranked: Sequence[str], gains: Mapping[str, float], k: int = 10) -> float:
    return next((1 / place for place, name in enumerate(ranked[:k], 1) if name in gains), 0.0)


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest-rank percentile, share in 0..1."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, max(0, math.ceil(share * len(ordered)) - 1))] if ordered else 0.0


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """95 % interval of a share (Wilson 1927); (0, 1) without trials."""
    share = Share(successes, trials)
    return share.low, share.high


def _discounted(gains: Sequence[float]) -> float:
    return sum((2**gain - 1) / math.log2(place + 1) for place, gain in enumerate(gains, 1))


def paired_interval(one: Sequence[float], other: Sequence[float], *, rounds: int = 2_000, seed: int = 7) -> tuple[float, float]:
    """95 % interval of mean(one) - mean(other) over the same questions: percentile bootstrap of the paired differences (Efron 1979)."""
    import numpy as np

    differences = np.asarray(one, dtype=float) - np.asarray(other, dtype=float)
    draws = np.random.default_rng(seed).integers(0, len(differences), (rounds, len(differences)))
    low, high = np.percentile(differences[draws].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
