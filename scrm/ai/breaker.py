"""A circuit breaker: after some failures in a row an endpoint is left alone for a while, so that nobody waits for it in vain.

What one process learns all know: the state is in Redis, by Redis's clock. While Redis does not answer, each process has its own.
"""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from scrm.ai import together

FAILURES, PAUSE_S = 3, 20.0
FORGOTTEN_MS = 600_000  # failures that far apart are not in a row

# All take the hash {failures, until: ms}.
_NOW = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) "
_PASSES = (
    "local failures = tonumber(redis.call('HGET', KEYS[1], 'failures') or '0') "
    "if failures < tonumber(ARGV[1]) then return {1, failures} end "
    + _NOW
    + "if now < tonumber(redis.call('HGET', KEYS[1], 'until') or '0') then return {0, failures} end "
    "redis.call('HSET', KEYS[1], 'until', now + ARGV[2]) "  # this caller tries; the others wait for what it finds
    "return {1, failures}"
)
_FAILED = (
    _NOW
    + "redis.call('HINCRBY', KEYS[1], 'failures', 1) redis.call('HSET', KEYS[1], 'until', now + ARGV[1]) "
    + f"redis.call('PEXPIRE', KEYS[1], ARGV[1] + {FORGOTTEN_MS}) return 1"
)
_IS_OPEN = (
    "if tonumber(redis.call('HGET', KEYS[1], 'failures') or '0') < tonumber(ARGV[1]) then return 0 end "
    + _NOW
    + "return now < tonumber(redis.call('HGET', KEYS[1], 'until') or '0') and 1 or 0"
)
_SUCCEEDED = "return redis.call('DEL', KEYS[1])"


class Breaker:
    """One an endpoint, shared by all processes. Open after `failures` in a row; after `pause_s` one caller may try, and its outcome decides.

    A call that passes and succeeds costs one round trip, one that fails or ends failures a second one.
    """

    def __init__(self, kind: str, *of: str, failures: int = FAILURES, pause_s: float = PAUSE_S):
        self.key = f"zhike:breaker:{kind}:{digest(*of)}"
        self._most, self._pause_ms = failures, round(pause_s * 1000)
        self._own = OwnBreaker(failures=failures, pause_s=pause_s)
        self._seen = threading.local()

    def lets_pass(self) -> bool:
        found = together.asked(_PASSES, [self.key], [self._most, self._pause_ms])
        self._seen.failures = found is None or bool(found[1])
        return self._own.lets_pass() if found is None else bool(found[0])

    @contextmanager
    def guarding(self, refusal: Exception) -> Iterator[None]:
        """Raises `refusal` while the endpoint is left alone; what raises its type inside is a failure, what ends is none."""
        if not self.lets_pass():
            raise refusal
        try:
            yield
        except type(refusal):
            self.failed()
            raise
        self.succeeded()

    def is_open(self) -> bool:
        """Nobody asks at the moment; False while Redis does not answer."""
        return bool(together.asked(_IS_OPEN, [self.key], [self._most]))

    def succeeded(self) -> None:
        self._own.succeeded()
        if getattr(self._seen, "failures", True):
            self.close()

    def close(self) -> None:
        """Everyone asks again."""
        self._own.succeeded()
        together.asked(_SUCCEEDED, [self.key], [])

    def failed(self) -> None:
        self._own.failed()
        together.asked(_FAILED, [self.key], [self._pause_ms])


class OwnBreaker:
    """The same for one process alone."""

    def __init__(self, *, failures: int = FAILURES, pause_s: float = PAUSE_S, clock=time.monotonic):
        self._most, self._pause_s, self._clock = failures, pause_s, clock
        self._failures, self._closed_until = 0, 0.0
        self._lock = threading.Lock()

    def lets_pass(self) -> bool:
        with self._lock:
            if self._failures < self._most:
                return True
            now = self._clock()
            if now < self._closed_until:
                return False
            self._closed_until = now + self._pause_s  # this caller tries; the others wait for what it finds
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._closed_until = self._clock() + self._pause_s


def digest(*of: str) -> str:
    """Short, of an endpoint's address and model: an address may hold a key."""
    return hashlib.sha256("\0".join(of).encode()).hexdigest()[:16]
