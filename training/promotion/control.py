"""When online figures of a release are worse than chance explains, however often one looks.

A share is looked at every quarter of an hour: a limit of three sigmas (Shewhart's p-chart) would be left by chance sooner or later. The
limit here is a confidence sequence, which holds at all looks together: the normal mixture bound (Robbins 1970; Howard, Ramdas, McAuliffe &
Sekhon 2021, eq. 14) for the difference of two shares. Pure numbers.
"""

import math
from dataclasses import dataclass

ALPHA = 0.01  # of one figure, two-sided, over all looks; two are watched
LEAST = 50  # cases under either release
_TIGHTEST = 20.0  # variance summed at which the bound is tightest: some 200 cases of one share in ten


@dataclass(frozen=True)
class Share:
    """`bad` of `cases`."""

    bad: int
    cases: int

    @property
    def percent(self) -> float:
        return round(100 * self.rate, 1)

    @property
    def rate(self) -> float:
        return self.bad / self.cases if self.cases else 0.0


def upper_limit(before: Share, cases: int) -> float:
    """Largest share among so many cases that is still chance. The share before is taken as (bad + 1) / (cases + 2), never quite 0; that it
    is itself known from few cases only widens the limit.
    """
    if not cases or not before.cases:
        return 1.0
    p = (before.bad + 1) / (before.cases + 2)
    alike = cases * before.cases / (cases + before.cases)  # cases of one sample that would tell as much
    return min(1.0, p + mixture_reach(alike * p * (1 - p), ALPHA) / alike)


def mixture_reach(variance: float, alpha: float, tightest: float = _TIGHTEST) -> float:
    """How far a sum of this variance may stray to either side, at any of all looks together but for a chance of `alpha`; least for its
    size where the variance is `tightest`.
    """
    flat = tightest / (2 * math.log(1 / alpha) + math.log(1 + 2 * math.log(1 / alpha)))
    return math.sqrt((variance + flat) * math.log((variance + flat) / (flat * alpha**2)))


def out_of_control(before: Share, now: Share) -> bool:
    """Whether the share has risen beyond its limit; never with few cases."""
    return before.cases >= LEAST and now.cases >= LEAST and now.rate > upper_limit(before, now.cases)
