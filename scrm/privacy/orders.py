"""Order and parcel numbers, by patterns that a deployment may replace (SCRM_ORDER_PATTERNS)."""

import re
from collections.abc import Iterator
from functools import lru_cache

from django.conf import settings

from scrm.privacy.types import LIKELY, Finding, Kind


@lru_cache(maxsize=4)
def _compiled(patterns: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def orders(text: str) -> Iterator[Finding]:
    """The first group of each pattern, or all it matched. Anything that also reads as a card or a phone number is that instead."""
    for pattern in _compiled(tuple(settings.ORDER_PATTERNS)):
        for match in pattern.finditer(text):
            start, end = match.span(1 if pattern.groups else 0)
            if start < end:
                yield Finding(Kind.ORDER, start, end, text[start:end].upper(), LIKELY - 0.1)
