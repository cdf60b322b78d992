"""Ways in which an endpoint fails, each played on one accepted connection whose request has been read."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

FLOOD_BYTES = 100_000_000
_BLOCK = b" " * 65_536


@dataclass
class Line:
    """The connection; `pace`: seconds between two bytes of a dripping endpoint; `over` is set when the endpoint closes."""

    connection: socket.socket
    pace: float
    over: threading.Event = field(default_factory=threading.Event)

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def drip(self, data: bytes) -> None:
        for byte in data:
            if self.over.wait(self.pace):
                return
            self.send(bytes([byte]))


Fault = Callable[[Line], None]


def _whole(body: bytes, status: str = "200 OK", kind: str = "application/json", more: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n"
    return head.encode() + body


def _reply(content: object, **more) -> bytes:
    choice = {"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}
    return json.dumps({"id": "1", "object": "chat.completion", "model": "m", "choices": [choice]} | more).encode()


def _hangs(line: Line) -> None:
    line.over.wait()


def _hangs_up(line: Line) -> None:
    """Not a byte comes back."""


def _drips_headers(line: Line) -> None:
    line.drip(b"HTTP/1.1 200 OK\r\nX-Padding: " + b"a" * 10_000)


def _drips_body(line: Line) -> None:
    line.send(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n")
    line.drip(b" " * 10_000)


def _drips_error(line: Line) -> None:
    line.send(b"HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\n\r\n")
    line.drip(b"x" * 10_000)


def _half(line: Line) -> None:
    whole = _whole(_reply("退货运费由买家承担[1]。"))
    line.send(whole[: len(whole) // 2])


def _floods(line: Line) -> None:
    line.send(f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {FLOOD_BYTES}\r\n\r\n".encode())
    for _block in range(FLOOD_BYTES // len(_BLOCK)):
        line.send(_BLOCK)


def _floods_with_an_error(line: Line) -> None:
    line.send(b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/html\r\n\r\n")
    for _block in range(FLOOD_BYTES // len(_BLOCK)):
        line.send(_BLOCK)


def _said(data: bytes) -> Fault:
    return lambda line: line.send(data)


_EVENT = b'data: {"id": "1", "choices": [{"index": 0, "delta": {"content": "\xe9\x80\x80"}, "finish_reason": null}]}\n\n'
FAULTS: dict[str, Fault] = {
    "hangs": _hangs,
    "hangs_up": _hangs_up,
    "drips_headers": _drips_headers,
    "drips_body": _drips_body,
    "drips_error": _drips_error,
    "half_answer": _half,
    "half_stream": _said(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n" + _EVENT),
    "garbage": _said(_whole(b"\x00\xff\xfe{[" * 20)),
    "no_http": _said(b"\x16\x03\x01 220 smtp ready\r\n\r\n"),
    "html": _said(_whole("<html><body>网关错误</body></html>".encode(), kind="text/html; charset=gbk")),
    "wrong_type": _said(_whole(b"\x89PNG\r\n", kind="image/png; charset=none-such")),
    "packed": _said(_whole(b"\x1f\x8b\x08\x00broken", more="Content-Encoding: gzip\r\n")),
    "429": _said(_whole(b'{"error": {"message": "slow down"}}', "429 Too Many Requests")),
    "429_retry_after": _said(_whole(b'{"error": {"message": "slow down"}}', "429 Too Many Requests", more="Retry-After: 30\r\n")),
    "429_odd_wait": _said(_whole(b"", "429 Too Many Requests", more="Retry-After: nan\r\n")),
    "500": _said(_whole(b"oops", "500 Internal Server Error", "text/plain")),
    "no_choices": _said(_whole(b'{"choices": []}')),
    "empty": _said(_whole(_reply("  "))),
    "no_text": _said(_whole(_reply(None, usage={"total_tokens": 10**40}))),
    "endless_text": _said(_whole(_reply("退货运费由买家承担。" * 50_000))),
    "unsayable": _said(_whole(_reply("\x00\ud800\x07", model="m" * 5_000))),
    "redirects": _said(_whole(b"", "307 Temporary Redirect", more="Location: /v1/chat/completions\r\n")),
    "floods": _floods,
    "floods_error": _floods_with_an_error,
}
# Played by the address instead: see BrokenEndpoint.
REFUSED, TLS_TO_PLAIN, TLS_HANGS = "refused", "tls_to_plain", "tls_hangs"
NAMES = (REFUSED, TLS_TO_PLAIN, TLS_HANGS, *FAULTS)


class BrokenEndpoint:
    """Fails in one way, on 127.0.0.1, for as long as it is entered. `url`: its base URL. `asked`: connections so far."""

    def __init__(self, fault: str, *, pace: float = 1.0):
        self.fault, self.pace, self.asked = fault, pace, 0
        self._over = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        scheme = "https" if fault in (TLS_TO_PLAIN, TLS_HANGS) else "http"
        self.url = f"{scheme}://127.0.0.1:{self._socket.getsockname()[1]}/v1"

    def __enter__(self) -> "BrokenEndpoint":
        if self.fault == REFUSED:
            self._socket.close()
        else:
            threading.Thread(target=self._serve, daemon=True).start()
        return self

    def __exit__(self, *_args) -> None:
        self._over.set()
        self._socket.close()

    def _serve(self) -> None:
        for connection in self._connections():
            threading.Thread(target=self._play, args=(connection,), daemon=True).start()

    def _connections(self) -> Iterator[socket.socket]:
        while not self._over.is_set():
            try:
                yield self._socket.accept()[0]
            except OSError:
                return  # closed

    def _play(self, connection: socket.socket) -> None:
        self.asked += 1
        with connection:
            try:
                connection.settimeout(60)
                if self.fault == TLS_HANGS:
                    self._over.wait()
                elif self.fault == TLS_TO_PLAIN:
                    connection.recv(65_536)
                    connection.sendall(_whole(b"plain HTTP", "400 Bad Request", "text/plain"))
                else:
                    _read_request(connection)
                    FAULTS[self.fault](Line(connection, self.pace, self._over))
            except OSError:
                pass  # the client has hung up, as it should


def _read_request(connection: socket.socket) -> None:
    """Head and body, so that closing afterwards is no reset."""
    got = b""
    while b"\r\n\r\n" not in got and (more := connection.recv(65_536)):
        got += more
    head, _, body = got.partition(b"\r\n\r\n")
    sizes = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while sizes and len(body) < int(sizes[0]) and (more := connection.recv(65_536)):
        body += more
