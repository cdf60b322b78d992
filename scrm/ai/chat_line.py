"""The line to a chat endpoint. A call ends when its time is over and its bytes are used up, whatever the other side does.

Time-outs of an HTTP client count from the last byte: who sends a byte of a header a second holds the call for hours. Here each connect,
handshake, read and write gets what is left of the call.
"""

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

NO_LIMIT_S = 60.0  # for connecting outside of `limited`
WRITE_AT_ONCE = 16_384  # bytes between two looks at the clock
_call: ContextVar["_Call | None"] = ContextVar("what the call of this thread may still take", default=None)


@dataclass
class _Call:
    """`until` by time.monotonic(); `bytes_left` that may still come in."""

    until: float
    bytes_left: int

    def seconds(self, wanted: float | None) -> float:
        """What is left, at most `wanted`; 0 or less when nothing is."""
        left = self.until - time.monotonic()
        return left if wanted is None else min(wanted, left)


@contextmanager
def limited(*, until: float, most_bytes: int) -> Iterator[None]:
    """Calls of this thread in the block end at `until` (time.monotonic()) with httpx2.TimeoutException, and with
    httpx2.NetworkError when more bytes come in than `most_bytes`."""
    token = _call.set(_Call(until, most_bytes))
    try:
        yield
    finally:
        _call.reset(token)


def watched(http):
    """The same httpx2.Client, its connections (through proxies too) under `limited`."""
    for transport in (http._transport, *filter(None, http._mounts.values())):
        pool = transport._pool
        pool._network_backend = _Backend(pool._network_backend)
    return http


class _Backend:
    """Connects for `real`, an httpcore2.NetworkBackend; names are resolved in their time too."""

    def __init__(self, real):
        self._real = real

    def connect_tcp(self, host: str, port: int, timeout: float | None = None, **options):
        import httpcore2

        end = time.monotonic() + (_left(timeout, httpcore2.ConnectTimeout) or NO_LIMIT_S)
        problem: Exception = httpcore2.ConnectError("the name has no address")
        for address in _addresses(host, port, end - time.monotonic()):
            left = end - time.monotonic()
            if left <= 0:
                break
            try:
                return _Stream(self._real.connect_tcp(address, port, timeout=left, **options))
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                problem = error
        raise problem

    def connect_unix_socket(self, path: str, timeout: float | None = None, **options):
        return _Stream(self._real.connect_unix_socket(path, timeout=timeout, **options))

    def sleep(self, seconds: float) -> None:
        self._real.sleep(seconds)


class _Stream:
    """An httpcore2.NetworkStream under the limits of whichever call uses it."""

    def __init__(self, real):
        self._real = real

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        import httpcore2

        call = _call.get()
        if call is not None and call.bytes_left <= 0:
            raise httpcore2.ReadError("more than any answer needs")
        got = self._real.read(max_bytes, _left(timeout, httpcore2.ReadTimeout))
        if call is not None:
            call.bytes_left -= len(got)
        return got

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        import httpcore2

        for at in range(0, len(buffer), WRITE_AT_ONCE):
            self._real.write(buffer[at : at + WRITE_AT_ONCE], _left(timeout, httpcore2.WriteTimeout))

    def start_tls(self, ssl_context, server_hostname: str | None = None, timeout: float | None = None) -> "_Stream":
        import httpcore2

        return _Stream(self._real.start_tls(ssl_context, server_hostname, _left(timeout, httpcore2.ConnectTimeout)))

    def close(self) -> None:
        self._real.close()

    def get_extra_info(self, info: str) -> Any:
        return self._real.get_extra_info(info)


def _left(timeout: float | None, over: type[Exception]) -> float | None:
    call = _call.get()
    if call is None:
        return timeout
    left = call.seconds(timeout)
    if left <= 0:
        raise over("the call's time is over")
    return left


def _addresses(host: str, port: int, seconds: float) -> list[str]:
    """Of a name; the system's resolver knows no time limit, so it is left to itself when it takes too long."""
    import httpcore2

    try:
        return [str(ipaddress.ip_address(host.strip("[]")))]
    except ValueError:
        pass
    found: SimpleQueue[list[str] | None] = SimpleQueue()
    threading.Thread(target=_resolve, args=(host, port, found), daemon=True).start()
    try:
        known = found.get(timeout=max(0.0, seconds))
    except Empty as error:
        raise httpcore2.ConnectTimeout("resolving the name") from error
    if known is None:
        raise httpcore2.ConnectError("the name is unknown")
    return known


def _resolve(host: str, port: int, found: "SimpleQueue[list[str] | None]") -> None:
    try:
        rows = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        found.put(list(dict.fromkeys(str(row[4][0]) for row in rows)))
    except (OSError, UnicodeError):
        found.put(None)
