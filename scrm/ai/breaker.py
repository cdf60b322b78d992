"""A circuit breaker: after some failures in a row an endpoint is left alone for a while, so that nobody waits for it in vain."""

import threading
import time

FAILURES, PAUSE_S = 3, 20.0


class Breaker:
    """One a process and endpoint. Open after FAILURES in a row; after PAUSE_S one caller may try, and its outcome decides."""

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
