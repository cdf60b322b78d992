"""EPUB books: their chapters in reading order, each read as the web page it is."""

import posixpath
import re
from typing import BinaryIO
from urllib.parse import unquote

from knowledge.ingestion.archives import open_archive, read_entry
from knowledge.ingestion.parsers import html
from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.office import read_xml
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.types import ParsedDocument, ParseError

_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml")
_ENCRYPTED_PAGE = re.compile(rb'CipherReference[^>]+URI="[^"]+\.x?html?"', re.I)


def parse(source: BinaryIO, name: str, _progress: Progress = untold) -> ParsedDocument:
    """Raises ParseError, "encrypted" for books with digital rights management."""
    with open_archive(source) as archive:
        if "META-INF/encryption.xml" in archive.namelist() and _ENCRYPTED_PAGE.search(read_entry(archive, "META-INF/encryption.xml")):
            raise ParseError("encrypted", "rights management")
        package = _package_path(archive)
        root = read_xml(archive, package)
        if root is None:
            raise ParseError("corrupt", f"{package} is missing")
        title = root.find(".//{*}metadata/{*}title")
        builder = DocumentBuilder(title.text or "" if title is not None else "")
        names = set(archive.namelist())
        for part in _chapters(root, posixpath.dirname(package)):
            if part in names:
                html.add_page(builder, read_entry(archive, part))
    builder.title = builder.title or builder.first_heading()
    return builder.build()


def _package_path(archive) -> str:
    container = read_xml(archive, "META-INF/container.xml")
    found = container.find(".//{*}rootfile") if container is not None else None
    if found is None or not found.get("full-path"):
        raise ParseError("corrupt", "no package in the container")
    return posixpath.normpath(found.get("full-path"))


def _chapters(root, folder: str) -> list[str]:
    """Parts of the book in the order of its spine; without a spine in that of its list."""
    items = {item.get("id"): item for item in root.iterfind(".//{*}manifest/{*}item") if item.get("media-type") in _PAGES}
    spine = [reference.get("idref") for reference in root.iterfind(".//{*}spine/{*}itemref")]
    chosen = [items[key] for key in spine if key in items] or list(items.values())
    shown = [item for item in chosen if "nav" not in (item.get("properties") or "").split()]
    return [posixpath.normpath(posixpath.join(folder, unquote(item.get("href") or ""))) for item in shown]
