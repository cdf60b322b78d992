"""Addresses of pages: one spelling each, which of them belong to a site, and the document's name."""

import hashlib
import re
from pathlib import PurePosixPath
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

PORTS = {"http": 80, "https": 443}
LONGEST = 2000
DOCUMENTS = frozenset(("pdf", "doc", "docx", "ppt", "pptx", "xls", "xlsx", "csv", "txt", "md", "epub"))
_PAGES = frozenset(("", "html", "htm", "xhtml", "shtml", "php", "asp", "aspx", "jsp", "jspx", "do", "action", "cgi"))
_NOT_PAGES = frozenset(
    ("png", "jpg", "jpeg", "gif", "webp", "svg", "ico", "bmp", "css", "js", "json", "xml", "rss", "atom", "zip", "rar", "7z", "gz", "tar", "exe",
     "apk", "dmg", "iso", "mp3", "mp4", "avi", "mov", "webm", "wav", "woff", "woff2", "ttf", "eot")
)  # fmt: skip
_TRACKING = re.compile(r"utm_\w+|spm|from_source|gclid|fbclid|msclkid", re.I)
_UNSAFE = re.compile(r"[\x00-\x20<>:\"|?*\\]+")


def canonical(url: str, base: str = "") -> str:
    """One spelling of an address: absolute, without fragment, default port and tracking parameters; "" for what is no web page."""
    try:
        parts = urlsplit(urljoin(base, url.strip()) if base else url.strip())
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in PORTS or not parts.hostname or "@" in parts.netloc:
        return ""
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    netloc = host if port in (None, PORTS[parts.scheme]) else f"{host}:{port}"
    pairs = [(key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.fullmatch(key)]
    query = parts.query if len(pairs) == len(parse_qsl(parts.query, keep_blank_values=True)) else urlencode(pairs)
    path = quote(parts.path or "/", safe="%/:@!$&'()*+,;=~-._")
    found = urlunsplit((parts.scheme, netloc, path, quote(query, safe="%/?:@!$&'()*+,;=~-._"), ""))
    return found if len(found) <= LONGEST else ""


def same_host(url: str, other: str) -> bool:
    """Host and port alike; http and https of one host are one host."""
    return _place(url) == _place(other)


def _place(url: str) -> tuple[str, int | None]:
    parts = urlsplit(url)
    port = parts.port or PORTS.get(parts.scheme)
    return parts.hostname or "", None if port in PORTS.values() else port


def worth_asking(url: str) -> bool:
    """Whether the address may be a page or a document, by its ending."""
    ending = PurePosixPath(urlsplit(url).path).suffix.lower().removeprefix(".")
    return ending in DOCUMENTS or ending in _PAGES or ending not in _NOT_PAGES


def document_name(url: str, ending: str) -> str:
    """The address as people read it, without what a name cannot hold; addresses that would read alike differ by a hash."""
    parts = urlsplit(url)
    path = parts.path.strip("/")
    place = parts.netloc.replace(":", "-")
    text = f"{place}/{path}" if path else place
    plain = _UNSAFE.sub("-", text)[:200]
    if plain != text or parts.query:
        plain = f"{plain}-{hashlib.sha256(url.encode()).hexdigest()[:8]}"
    return plain if plain.lower().endswith(f".{ending}") else f"{plain}.{ending}"
