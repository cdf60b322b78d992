"""A small OpenAI-compatible server. It refuses what real ones refuse."""

import hashlib
import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Refused(Exception):
    def __init__(self, status: int, message: str):
        self.status, self.message = status, message


class Endpoint:
    """`failures`: statuses to answer with before anything else; `requests`: bodies of what was accepted or refused; `garbage`: raw bytes
    in place of an answer; `delay_s`: how long it hangs before it answers (until it is closed, at most). A streamed reply comes in pieces
    of three characters; `breaks_after`: after so many the line is cut. `drips_s`: it never answers, but keeps the line alive so often.
    `counts_streams`: False for one that refuses `stream_options`; `silent`: it says no tokens at all.
    `replies`: what it says first, one call after the other."""

    key, chat_model, embedding_model = "sk-right", "writer-1", "embedder-1"
    batch_limit = 10

    def __init__(self):
        self.dimensions, self.failures, self.requests, self.reply = 8, [], [], "七天内可以退货。"
        self.garbage: bytes | None = None
        self.breaks_after: int | None = None
        self.drips_s = 0.0
        self.counts_streams, self.silent, self.replies = True, False, []
        self.delay_s, self._closed = 0.0, threading.Event()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler())
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1"

    def __enter__(self) -> "Endpoint":
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_args) -> None:
        self._closed.set()
        self.server.shutdown()
        self.server.server_close()

    def answer(self, path: str, authorization: str, body: dict) -> dict:
        self.requests.append(body)
        if authorization != f"Bearer {self.key}":
            raise Refused(401, "Incorrect API key provided")
        if self.failures:
            raise Refused(self.failures.pop(0), "busy")
        routes = {"/v1/chat/completions": self.chat, "/v1/embeddings": self.embeddings}
        if path not in routes:
            raise Refused(404, "Unknown path")
        return routes[path](body)

    def chat(self, body: dict) -> dict:
        if body["model"] != self.chat_model:
            raise Refused(404, f"The model {body['model']} does not exist")
        if not body["messages"] or any(set(message) != {"role", "content"} for message in body["messages"]):
            raise Refused(400, "Invalid messages")
        if "stream_options" in body and not (self.counts_streams and body.get("stream")):
            raise Refused(400, "Unrecognized request argument supplied: stream_options")
        message = {"role": "assistant", "content": self.replies.pop(0) if self.replies else self.reply}
        return {
            "id": "1", "object": "chat.completion", "created": 1, "model": self.chat_model,
            "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
            "usage": None if self.silent else self.usage,
        }  # fmt: skip

    usage = {"prompt_tokens": 12, "completion_tokens": 7, "total_tokens": 19}

    def events(self, counted: bool = False) -> list[str]:
        """Server-sent chunks of the reply; without the last ones where the line breaks."""
        pieces = [self.reply[at : at + 3] for at in range(0, len(self.reply), 3)]
        head = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": self.chat_model}
        said = [{**head, "choices": [{"index": 0, "delta": {"content": piece}, "finish_reason": None}]} for piece in pieces]
        said.append({**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]})
        said += [{**head, "choices": [], "usage": self.usage}] if counted and not self.silent else []
        whole = [json.dumps(chunk) for chunk in said] + ["[DONE]"]
        return whole if self.breaks_after is None else whole[: self.breaks_after]

    def embeddings(self, body: dict) -> dict:
        if body["model"] != self.embedding_model:
            raise Refused(404, f"The model {body['model']} does not exist")
        if len(body["input"]) > self.batch_limit or not all(body["input"]):
            raise Refused(400, "batch size is invalid, or an input is empty")
        rows = [{"object": "embedding", "index": at, "embedding": self.vector(text)} for at, text in enumerate(body["input"])]
        # Backwards: `index` counts, not the order.
        return {"object": "list", "data": rows[::-1], "model": self.embedding_model, "usage": {"prompt_tokens": 1, "total_tokens": 1}}

    def vector(self, text: str) -> list[float]:
        return [byte / 25 - 5 for byte in hashlib.sha256(text.encode()).digest()[: self.dimensions]]

    def drip(self, line, sign: bytes) -> None:
        """As relays do while a model is busy: blanks before JSON, comments before events."""
        with suppress(OSError):  # the client has gone
            while not self._closed.wait(self.drips_s):
                line.write(sign)

    def handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                try:
                    status, content = 200, endpoint.answer(self.path, self.headers.get("Authorization", ""), body)
                except Refused as refused:
                    status, content = refused.status, {"error": {"message": refused.message}}
                endpoint._closed.wait(endpoint.delay_s)
                if endpoint.drips_s:
                    self.send_response(200)
                    self.end_headers()
                    endpoint.drip(self.wfile, b": alive\n\n" if body.get("stream") else b" ")
                    return
                if status == 200 and body.get("stream") and endpoint.garbage is None:
                    self.stream(bool(body.get("stream_options", {}).get("include_usage")))
                    return
                raw = json.dumps(content).encode() if endpoint.garbage is None else endpoint.garbage
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(raw)))
                self.send_header("retry-after-ms", "1")
                self.end_headers()
                self.wfile.write(raw)

            def stream(self, counted):
                self.send_response(200)
                self.send_header("Content-Type", "text/event-stream")
                self.end_headers()
                for event in endpoint.events(counted):
                    self.wfile.write(f"data: {event}\n\n".encode())
                    self.wfile.flush()

            def log_message(self, *_args):
                """Quiet."""

        return Handler
