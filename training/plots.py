"""Where the marks of a night plot stand, in units of the drawing. The template draws them; nothing here knows HTML."""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 720, 220
LEFT, RIGHT, TOP, BOTTOM = 56, 12, 12, 28


@dataclass(frozen=True)
class Night:
    """`value` with its 95 % interval; `kind` colours the mark."""

    label: str
    value: float
    low: float
    high: float
    kind: str
    title: str


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    top: float
    bottom: float
    night: Night


@dataclass(frozen=True)
class Tick:
    y: float
    text: str
    zero: bool


@dataclass(frozen=True)
class Plot:
    marks: tuple[Mark, ...]
    ticks: tuple[Tick, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    base: int = HEIGHT - BOTTOM


def plot(nights: Sequence[Night], ticks: int = 4, form: str = "+.3g") -> Plot:
    """The nights from left to right, oldest first, on one scale that holds zero and every interval. `form`: of the ticks' numbers."""
    low = min([0.0, *(night.low for night in nights)])
    high = max([0.01, *(night.high for night in nights)])
    span = (high - low) * 1.1
    low -= (high - low) * 0.05

    def y(value: float) -> float:
        return round(TOP + (HEIGHT - TOP - BOTTOM) * (1 - (value - low) / span), 1)

    step = (WIDTH - LEFT - RIGHT) / max(1, len(nights))
    marks = [
        Mark(round(LEFT + step * (place + 0.5), 1), y(night.value), y(night.high), y(night.low), night)
        for place, night in enumerate(nights)
    ]
    size = _round(span / ticks)
    first = int(low / size) - 1
    lines = [value * size for value in range(first, first + 3 * ticks) if low <= value * size <= low + span]
    return Plot(tuple(marks), tuple(Tick(y(value), format(value, form) if value else "0", abs(value) < size / 1e6) for value in lines))


def _round(size: float) -> float:
    """1, 2 or 5 times a power of ten, not below size."""
    power = 1.0
    while power > size:
        power /= 10
    while power * 10 <= size:
        power *= 10
    return next(each for each in (power, 2 * power, 5 * power, 10 * power) if each >= size * 0.999)
