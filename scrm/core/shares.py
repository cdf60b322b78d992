"""A share with what chance leaves open about it."""

import math
from dataclasses import dataclass

Z = 1.959964  # 95 %


@dataclass(frozen=True)
class Share:
    """`part` of `cases`, with its 95 % interval by Wilson (1927), which is honest for few cases and for shares near 0 and 1."""

    part: int
    cases: int

    @property
    def rate(self) -> float | None:
        return self.part / self.cases if self.cases else None

    @property
    def low(self) -> float:
        return max(0.0, self._centre - self._half) if self.cases else 0.0

    @property
    def high(self) -> float:
        return min(1.0, self._centre + self._half) if self.cases else 1.0

    @property
    def _spread(self) -> float:
        return 1 + Z**2 / self.cases

    @property
    def _centre(self) -> float:
        return (self.part / self.cases + Z**2 / (2 * self.cases)) / self._spread

    @property
    def _half(self) -> float:
        p = self.part / self.cases
        return Z * math.sqrt(p * (1 - p) / self.cases + Z**2 / (4 * self.cases**2)) / self._spread
