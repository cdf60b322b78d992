"""One visit of an address: asked politely, and what it was. No database."""

import json
import tempfile
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings

from knowledge.ingestion.sandbox import run_apart
from knowledge.web.addresses import DOCUMENTS, canonical
from knowledge.web.robots import AGENT, Robots, read_robots
from scrm.core.http import Blocked, Failed, Limits, fetch
from scrm.core.http.client import Reply

PAGE_S = 30  # to read one page
_HTML = ("text/html", "application/xhtml+xml")
_TYPES = {
    "application/pdf": "pdf", "application/msword": "doc", "text/csv": "csv", "text/plain": "txt", "text/markdown": "md",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx", "application/vnd.ms-excel": "xls",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx", "application/epub+zip": "epub",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}  # fmt: skip


@dataclass(frozen=True)
class Visit:
    """`status`: of the answer, after redirects to `url`. `body` with `ending`: the document it makes; empty when there is none."""

    url: str
    status: int
    etag: str = ""
    last_modified: str = ""
    body: bytes = b""
    ending: str = ""
    links: tuple[str, ...] = field(default=())
    canonical: str = ""
    noindex: bool = False


def ask(url: str, allowed: Collection[tuple[str, int]], etag: str = "", last_modified: str = "") -> Reply:
    """Raises Blocked, Failed."""
    headers = {
        "user-agent": f"{AGENT}/1.0",
        "accept": "text/html,application/xhtml+xml,*/*;q=0.5",
        "accept-language": "zh-CN,zh;q=0.9,en;q=0.5",
    }
    if etag:
        headers["if-none-match"] = etag
    if last_modified:
        headers["if-modified-since"] = last_modified
    return fetch(url, allowed=allowed, headers=headers, limits=Limits(total_s=settings.WEB_TIMEOUT_S, max_bytes=settings.WEB_MAX_BYTES))


def robots_of(url: str, allowed: Collection[tuple[str, int]]) -> Robots | None:
    """The rules of the address's host; None when the site cannot say now."""
    try:
        reply = ask(canonical("/robots.txt", url), allowed)
    except Blocked:
        return Robots("")  # redirected out of bounds: as a missing file; each page is checked for itself
    except Failed:
        return None
    return read_robots(reply.status, reply.body)


def visit(url: str, allowed: Collection[tuple[str, int]], etag: str = "", last_modified: str = "") -> Visit:
    """Ask for a page and read it in the sandbox. Raises Blocked, Failed, ParseError."""
    reply = ask(url, allowed, etag, last_modified)
    kind, _semicolon, options = reply.headers.get("content-type", "").partition(";")
    facts = {
        "url": canonical(reply.url), "status": reply.status, "etag": reply.headers.get("etag", "")[:300],
        "last_modified": reply.headers.get("last-modified", "")[:80],
    }  # fmt: skip
    noindex = any(word in reply.headers.get("x-robots-tag", "").lower() for word in ("noindex", "none"))
    if reply.status != 200:
        return Visit(**facts)
    if kind.strip().lower() in _HTML or (not kind and reply.body.lstrip()[:1] == b"<"):
        page = _read(reply.body, "page", facts["url"], _charset(options))
        return Visit(
            **facts, body=page["html"].encode(), ending="html", links=tuple(page["links"]), canonical=page["canonical"],
            noindex=noindex or page["noindex"],
        )  # fmt: skip
    return Visit(**facts, body=reply.body, ending=_ending(facts["url"], kind.strip().lower()), noindex=noindex)


def sitemap(url: str, allowed: Collection[tuple[str, int]]) -> dict[str, list[str]]:
    """{"pages", "sitemaps"}; none when it is missing. Raises Blocked, Failed, ParseError."""
    reply = ask(url, allowed)
    return _read(reply.body, "sitemap", "") if reply.status == 200 else {"pages": [], "sitemaps": []}


def _read(body: bytes, task: str, *arguments: str) -> dict:
    with tempfile.NamedTemporaryFile() as file:
        file.write(body)
        file.flush()
        return json.loads(run_apart(Path(file.name), task, *arguments, timeout_s=PAGE_S))


def _charset(options: str) -> str:
    name, _equals, value = options.strip().partition("=")
    return value.strip("\"' ")[:20] if name.strip().lower() == "charset" else ""


def _ending(url: str, kind: str) -> str:
    """The document's kind by the address, else by the declared type; "" for what is none."""
    own = url.partition("?")[0].rpartition(".")[2].lower()
    return own if own in DOCUMENTS else _TYPES.get(kind, "")
