"""How far annotators agree beyond chance: Krippendorff's alpha (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability")."""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import permutations


def nominal(one: float, other: float) -> float:
    return float(one != other)


def interval(one: float, other: float) -> float:
    return (one - other) ** 2


def alpha(units: Iterable[Sequence[float]], difference: Callable[[float, float], float] = interval) -> float | None:
    """1: they always agree, 0: as chance would. `units`: the values that each unit was given, by two annotators or more.

    None where nothing was judged twice, or everything was given the same value.
    """
    pairs: Counter[tuple[Hashable, Hashable]] = Counter()
    for values in units:
        if len(values) > 1:
            for pair in permutations(values, 2):
                pairs[pair] += 1 / (len(values) - 1)
    given: Counter = Counter()
    for (value, _other), weight in pairs.items():
        given[value] += weight
    total = sum(given.values())
    observed = sum(weight * difference(*pair) for pair, weight in pairs.items())
    expected = sum(given[one] * given[other] * difference(one, other) for one in given for other in given)
    return 1 - (total - 1) * observed / expected if expected else None
