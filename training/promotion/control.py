"""When online figures of a release are worse than chance explains: a p-chart (Shewhart 1931; Montgomery, Statistical Quality Control, 7.2).

Upper limit = p + 3 sqrt(p (1 - p) / n), with p the share under the release before and n the cases of the one in use. Pure numbers.
"""

import math
from dataclasses import dataclass

SIGMAS = 3.0
LEAST = 50  # cases under either release


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
    """Largest share among so many cases that is still chance. The share before is taken as (bad + 1) / (cases + 2), never quite 0."""
    p = (before.bad + 1) / (before.cases + 2)
    return min(1.0, p + SIGMAS * math.sqrt(p * (1 - p) / cases)) if cases else 1.0


def out_of_control(before: Share, now: Share) -> bool:
    """Whether the share has risen beyond its limit; never with few cases."""
    return before.cases >= LEAST and now.cases >= LEAST and now.rate > upper_limit(before, now.cases)
