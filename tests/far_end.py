"""A web server at the far end of a wire: pages by path, with a record of what was asked."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Page:
    """`write`: sends the body itself, for answers that misbehave."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    write: Callable | None = None


class FarEnd:
    """`pages[path]` is what it answers, 404 for others; `asked`: (path, headers) of every request. An If-None-Match that fits gets 304."""

    def __init__(self):
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __enter__(self) -> "FarEnd":
        far_end = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                far_end.asked.append((self.path, {key.lower(): value for key, value in self.headers.items()}))
                self.answer(far_end.pages.get(self.path, Page(b"gone", 404)))

            def answer(self, page: Page):
                etag = page.headers.get("ETag")
                if etag and self.headers.get("If-None-Match") == etag:
                    page = Page(status=304)
                self.send_response(page.status)
                for key, value in page.headers.items():
                    self.send_header(key, value)
                self.send_header("Connection", "close")
                if page.write is None:
                    self.send_header("Content-Length", str(len(page.body)))
                self.end_headers()
                try:
                    page.write(self.wfile) if page.write else self.wfile.write(page.body)
                except OSError:
                    pass  # the client has hung up, as it should

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *exc) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self) -> int:
        return self.server.server_address[1]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def paths(self) -> list[str]:
        return [path for path, _headers in self.asked]

    def html(self, path: str, body: str, **headers: str) -> None:
        self.pages[path] = Page(body.encode(), headers={"Content-Type": "text/html; charset=utf-8", **headers})
