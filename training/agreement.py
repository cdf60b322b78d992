"""How far annotators agree beyond chance.

Krippendorff's alpha for any number of people (Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability"), Cohen's kappa for two
(Cohen 1960, "A coefficient of agreement for nominal scales"). 1: they always agree, 0: as chance would.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from itertools import permutations


def nominal(one: Hashable, other: Hashable) -> float:
    return float(one != other)


def interval(one: float, other: float) -> float:
    return (one - other) ** 2


def alpha(units: Iterable[Sequence], difference: Callable[..., float] = interval) -> float | None:
    """`units`: the values that each unit was given, by two annotators or more.

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


def kappa(pairs: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Of two people: (one's value, the other's value) of each item both judged. None without items, or when chance leaves no room."""
    count = len(pairs)
    if not count:
        return None
    observed = sum(one == other for one, other in pairs) / count
    ones, others = Counter(one for one, _ in pairs), Counter(other for _, other in pairs)
    chance = sum(ones[value] * others[value] for value in ones) / count**2
    return (observed - chance) / (1 - chance) if chance < 1 else None
