"""The simulator's HTTP server: /cgi-bin/... is WeCom, /_sim/... is the customer's phone. Loopback only."""

import json
import logging
import socket
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from conversations.simulator import phone_api, server_api
from conversations.simulator.doorbells import Doorbells
from conversations.simulator.store import Store
from conversations.simulator.world import Unknown, World

log = logging.getLogger(__name__)
MAX_BODY = 1_000_000
LOOPBACK_NAMES = {"127.0.0.1", "localhost", "[::1]"}
HIDDEN = ("access_token", "corpsecret", "token")


class Handler(BaseHTTPRequestHandler):
    """One request. Answers leave in one packet: a split one would wait for the delayed ACK."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = 65536
    timeout = 120
    world: World

    def do_GET(self) -> None:
        self._handle({})

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isdigit() else 0
        if size > MAX_BODY:
            self.close_connection = True
            return self._answer(413, {"error": "too large"})
        raw = self.rfile.read(size)
        try:
            body = json.loads(raw or b"{}")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            return self._answer(200, {"errcode": 47001, "errmsg": "data format error"})
        self._handle(body)
        return None

    def _handle(self, body: dict) -> None:
        parts = urlsplit(self.path)
        params = dict(parse_qsl(parts.query))
        if parts.path.startswith("/cgi-bin/"):
            self._cgi_bin(parts.path.removeprefix("/cgi-bin/"), params, body)
        elif parts.path.startswith("/_sim/"):
            self._phone(parts.path.removeprefix("/_sim/").rstrip("/"), params | body)
        else:
            self._answer(404, {"error": "not found"})

    def _cgi_bin(self, path: str, params: dict, body: dict) -> None:
        clock = time.perf_counter()
        answer = server_api.answer(self.world, path, params, body)
        ms = (time.perf_counter() - clock) * 1000
        self._log_wire(path, params, body, answer, ms)
        if answer["errcode"] == 0 and self.world.faults.take("drop_answer", path):
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
        elif self.world.faults.take("garbage", path):
            self._send(502, b"<html>502 Bad Gateway</html>", "text/html")
        else:
            self._answer(200, answer)

    def _log_wire(self, path: str, params: dict, body: dict, answer: dict, ms: float) -> None:
        asked = {key: "***" if key in HIDDEN else value for key, value in (params | body).items()}
        shown = {key: "***" if key in HIDDEN else value for key, value in answer.items()}
        request, reply = (json.dumps(value, ensure_ascii=False) for value in (asked, shown))
        self.world.wire_add(open_kfid=str(body.get("open_kfid") or ""), name=path, request=request, answer=reply, ms=ms)

    def _phone(self, path: str, asked: dict) -> None:
        """Pages of other sites must not reach this API through the visitor's browser: no foreign Host, no Origin."""
        host = self.headers.get("Host", "").rsplit(":", 1)[0]
        if host not in LOOPBACK_NAMES or self.headers.get("Origin"):
            return self._answer(403, {"error": "forbidden"})
        method = (phone_api.GETS if self.command == "GET" else phone_api.POSTS).get(path)
        if method is None:
            return self._answer(404, {"error": "not found"})
        try:
            self._answer(200, method(self.world, asked))
        except Unknown as error:
            self._answer(404, {"error": f"unknown: {error}"})
        except (KeyError, ValueError, TypeError) as error:
            self._answer(400, {"error": f"{type(error).__name__}: {error}"})

    def _answer(self, status: int, value: dict) -> None:
        self._send(status, json.dumps(value, ensure_ascii=False).encode(), "application/json; charset=utf-8")

    def _send(self, status: int, content: bytes, content_type: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args) -> None:
        log.debug(format, *args)


class SimulatorServer(ThreadingHTTPServer):
    """`serve_forever()` answers; `close()` stops. Port 0 takes a free one: see `port`."""

    daemon_threads = True
    request_queue_size = 256
    allow_reuse_address = True

    def __init__(self, *, port: int, file: Path):
        self.world = World(Store(file))
        self.doorbells = Doorbells(self.world)
        super().__init__(("127.0.0.1", port), type("BoundHandler", (Handler,), {"world": self.world}))

    @property
    def port(self) -> int:
        return self.server_address[1]

    def handle_error(self, request, client_address) -> None:
        """A caller that went away is no news; anything else is logged with its traceback."""
        log.exception("simulator request failed")

    def close(self) -> None:
        self.shutdown()
        self.server_close()
        self.doorbells.close()
        self.world.store.close()
