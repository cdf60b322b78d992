"""Tokens of the day: what each endpoint has taken, counted by all processes together, and whether it may take more.

Counted is what has been answered, so calls that are under way when the last token is spent still end. A day is one of TIME_ZONE.
"""

import threading
from collections.abc import Iterable

from django.utils import timezone

from scrm.ai import together
from scrm.ai.breaker import digest
from scrm.ai.signals import budget_spent

KEPT_S = 8 * 86_400
_READ = "return tonumber(redis.call('GET', KEYS[1]) or '0')"
_ADD = "local now = redis.call('INCRBY', KEYS[1], ARGV[1]) redis.call('EXPIRE', KEYS[1], ARGV[2]) return now"

_own: dict[str, int] = {}  # of this process, for the time in which Redis is away
_lock = threading.Lock()


def tokens_today(base_url: str, model: str) -> int:
    """Of an endpoint, by all processes; by this one alone while Redis does not answer."""
    key = _key(base_url, model)
    found = together.asked(_READ, [key], [])
    return _own.get(key, 0) if found is None else int(found)


def tokens_spend(base_url: str, model: str, tokens: int, budget: int) -> None:
    """Count a reply's tokens; who spends the last of the budget announces it."""
    key = _key(base_url, model)
    with _lock:
        own = _own.get(key, 0) + tokens
        for old in [name for name in _own if name.rpartition(":")[0] != key.rpartition(":")[0]]:
            del _own[old]
        _own[key] = own
    total = together.asked(_ADD, [key], [tokens, KEPT_S])
    now = own if total is None else int(total)
    if now - tokens < budget <= now:
        budget_spent.send(sender=None)


def estimated(texts: Iterable[str]) -> int:
    """Tokens of texts whose endpoint does not count them."""
    return sum(map(tokens_at_most, texts))


def tokens_at_most(text: str) -> int:
    """One for three bytes, which is one Chinese character: current tokenizers take fewer."""
    return len(text.encode()) // 3 + 1


def _key(base_url: str, model: str) -> str:
    return f"zhike:chat:tokens:{timezone.localdate():%Y%m%d}:{digest(base_url, model)}"
