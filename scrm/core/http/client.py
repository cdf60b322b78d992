"""GET an address that a stranger named, at an IP address that was checked, with everything capped."""

import socket
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NoAnswer
from dataclasses import dataclass
from urllib.parse import quote, urljoin

import httpcore
from django.utils.translation import gettext_lazy as _

from scrm.core.http.guard import Allowed, Blocked, Failed, Resolve, Target, checked_addresses, literal, parse_target

REDIRECTS = frozenset({301, 302, 303, 307, 308})
_PATH_SAFE = "%/?:@!$&'()*+,;=~-._[]|{}^`\""
FAILURES = {
    "web_timeout": _("The site took too long to answer."),
    "web_unreachable": _("The site cannot be reached at the moment."),
    "web_too_large": _("The page is larger than allowed."),
    "web_encoding": _("The site sends its page in a compression that is not supported, or a damaged one."),
    "web_protocol": _("The site's answer is not valid HTTP."),
}


@dataclass(frozen=True)
class Limits:
    """total_s: for everything, redirects and the last byte included. max_bytes: of the body, both as sent and as decompressed."""

    total_s: float = 30
    connect_s: float = 10
    max_bytes: int = 20_000_000
    redirects: int = 5


@dataclass(frozen=True)
class Reply:
    """`url`: where the redirects ended. `headers`: lower-case names, the first of each. `body`: decompressed."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a name, from the system's resolver. Raises Blocked("unresolved")."""
    if literal(host):
        return [host]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Blocked("unresolved") from error
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def fetch(
    url: str, *, allowed: Allowed = (), headers: Mapping[str, str] | None = None, limits: Limits | None = None, resolver: Resolve = resolve
) -> Reply:
    """GET, following redirects, each of which is checked like the first address.

    A name is resolved once a hop, and the connection goes to the very address that was checked: what the name resolves to a moment
    later does not matter. TLS is verified against the name. Raises Blocked, Failed.
    """
    limits = limits or Limits()
    deadline = time.monotonic() + limits.total_s
    for _hop in range(limits.redirects + 1):
        target = parse_target(url, allowed)
        reply = _ask(target, dict(headers or {}), limits, deadline, resolver)
        if reply.status not in REDIRECTS or not reply.headers.get("location"):
            return reply
        try:
            url = urljoin(url, reply.headers["location"]).partition("#")[0]
        except ValueError as error:
            raise Blocked("bad_url") from error
    raise Blocked("too_many_redirects")


def _ask(target: Target, headers: dict[str, str], limits: Limits, deadline: float, resolver: Resolve) -> Reply:
    sent = {"host": target.netloc, "accept-encoding": "gzip, deflate", "connection": "close", **headers}
    backend = _Guarded(target, deadline, limits.connect_s, resolver)
    origin = (target.scheme.encode(), target.host.encode(), target.port)
    try:
        with httpcore.ConnectionPool(network_backend=backend, max_connections=1, retries=0) as pool:
            path = quote(target.path, safe=_PATH_SAFE).encode("ascii")
            url = httpcore.URL(scheme=origin[0], host=_bracketed(origin[1]), port=origin[2], target=path)
            with pool.stream(
                "GET", url, headers=[(key.encode(), value.encode("latin-1", "ignore")) for key, value in sent.items()]
            ) as answer:
                got = _headers(answer.headers)
                body = b"" if answer.status in REDIRECTS else _body(answer.iter_stream(), got, limits.max_bytes)
                return Reply(target.url, answer.status, got, body)
    except httpcore.TimeoutException as error:
        raise _failed("web_timeout") from error
    except httpcore.NetworkError as error:
        raise _failed("web_unreachable") from error
    except (httpcore.ProtocolError, httpcore.UnsupportedProtocol) as error:
        raise _failed("web_protocol") from error


def _bracketed(host: bytes) -> bytes:
    return b"[" + host + b"]" if b":" in host else host


def _headers(raw: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in raw:
        found.setdefault(key.decode("latin-1").lower(), value.decode("latin-1"))
    return found


def _body(pieces: Iterable[bytes], headers: Mapping[str, str], limit: int) -> bytes:
    declared = headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > limit:
        raise _failed("web_too_large")
    body = bytearray()
    for piece in _decoded(_counted(pieces, limit), headers.get("content-encoding", "").strip().lower(), limit):
        body += piece
        if len(body) > limit:
            raise _failed("web_too_large")
    return bytes(body)


def _counted(pieces: Iterable[bytes], limit: int) -> Iterator[bytes]:
    total = 0
    for piece in pieces:
        total += len(piece)
        if total > limit:
            raise _failed("web_too_large")
        yield piece


def _decoded(pieces: Iterable[bytes], encoding: str, limit: int) -> Iterator[bytes]:
    """Decompressed as it comes, never more than the limit at once: a bomb is refused before it has unfolded."""
    if encoding in ("", "identity"):
        yield from pieces
        return
    if encoding not in ("gzip", "x-gzip", "deflate"):
        raise _failed("web_encoding")
    inflater = zlib.decompressobj(wbits=47)  # gzip or zlib by their headers
    try:
        for piece in pieces:
            yield inflater.decompress(piece, limit + 1)
            if inflater.unconsumed_tail:
                raise _failed("web_too_large")
    except zlib.error as error:
        raise _failed("web_encoding") from error


def _failed(code: str) -> Failed:
    return Failed(FAILURES[code], code=code)


class _Guarded(httpcore.NetworkBackend):
    """Connects to an address of the target that was checked a moment ago, whatever name the pool asks for."""

    def __init__(self, target: Target, deadline: float, connect_s: float, resolver: Resolve):
        self.target, self.deadline, self.connect_s, self.resolver = target, deadline, connect_s, resolver
        self.real = httpcore.SyncBackend()

    def connect_tcp(self, host, port, timeout=None, local_address=None, socket_options=None) -> httpcore.NetworkStream:
        problem: Exception | None = None
        for address in checked_addresses(self.target, self._resolved())[:4]:
            try:
                stream = self.real.connect_tcp(address, self.target.port, timeout=min(self.connect_s, _left(self.deadline)))
                return _Timed(stream, self.deadline)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem or httpcore.ConnectError("no address")

    def _resolved(self) -> list[str]:
        """The system's resolver has no time limit of its own."""
        pool = ThreadPoolExecutor(1)
        try:
            return list(pool.submit(self.resolver, self.target.host, self.target.port).result(min(self.connect_s, _left(self.deadline))))
        except NoAnswer as error:
            raise httpcore.ConnectTimeout("resolving") from error
        finally:
            pool.shutdown(wait=False)


class _Timed(httpcore.NetworkStream):
    """Every read and write ends at the deadline of the whole request: a byte now and then does not prolong it."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float):
        self.stream, self.deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self.stream.read(max_bytes, _left(self.deadline))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, _left(self.deadline))

    def close(self) -> None:
        self.stream.close()

    def start_tls(self, ssl_context, server_hostname=None, timeout=None) -> httpcore.NetworkStream:
        return _Timed(self.stream.start_tls(ssl_context, server_hostname, _left(self.deadline)), self.deadline)

    def get_extra_info(self, info: str):
        return self.stream.get_extra_info(info)


def _left(deadline: float) -> float:
    """Seconds. Raises httpcore.ReadTimeout when none is left."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("deadline")
    return left
