"""How likely each arm is to be chosen. The choice is then drawn from exactly these numbers, so that what is logged is true."""

from collections.abc import Sequence

import numpy as np

from training.bandit.thompson import Posterior

DRAWS = 512
FLOOR = 0.02  # an arm that is never tried can be neither learned of nor estimated


def propensities(
    arms: Sequence[Posterior], context: np.ndarray, *, default: int, most_explored: float, random: np.random.Generator
) -> np.ndarray:
    """(arms,) probabilities, summing to 1: how often each arm's draw is the best (Thompson sampling), at least FLOOR.

    `default`: index of the arm that serves when nothing is tried; all others together get at most `most_explored` (0-1), each its part of
    FLOOR: less than FLOOR only where `most_explored` does not reach for all.
    """
    if len(arms) == 1 or most_explored <= 0:
        return _only(default, len(arms))
    draws = np.stack([arm.draws(context, DRAWS, random) for arm in arms])
    wins = np.bincount(draws.argmax(axis=0), minlength=len(arms)) / DRAWS
    return _capped(FLOOR + wins * (1.0 - FLOOR * len(arms)), default, most_explored)


def _capped(shares: np.ndarray, default: int, most: float) -> np.ndarray:
    tried = 1.0 - shares[default]
    if tried <= most:
        return shares
    others = len(shares) - 1
    floor = min(FLOOR, most / others)
    capped = floor + shares * ((most - floor * others) / tried)
    capped[default] = 1.0 - most
    return capped


def _only(arm: int, number: int) -> np.ndarray:
    shares = np.zeros(number)
    shares[arm] = 1.0
    return shares
