"""The real type of a file, from its first bytes; a name's ending decides only between kinds of text."""

import re
import zipfile
from pathlib import PurePath
from typing import BinaryIO

from knowledge.ingestion.archives import check_archive
from knowledge.ingestion.types import ParseError

_HEAD, _OLE_SEARCHED = 4096, 20_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_REFUSED = (
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"BM6",
    b"RIFF",
    b"II*\x00",
    b"MM\x00*",
    b"\x1f\x8b",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x7fELF",
    b"MZ",
    b"{\\rtf",
)
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_HTML = re.compile(
    rb"^\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|p|h[1-6]|table|article|section|script|span|ul)\b",
    re.I | re.S,
)
_XML = re.compile(rb"^\s*<(?:\?xml|svg|!DOCTYPE)", re.I)
TEXT_ENDINGS = {
    "md": "md", "markdown": "md", "mdx": "md", "txt": "txt", "text": "txt", "log": "txt", "rst": "txt",
    "html": "html", "htm": "html", "xhtml": "html", "csv": "csv", "tsv": "csv",
}  # fmt: skip
_OTHER_FORMATS = frozenset(
    {"docx", "xlsx", "pdf", "pptx", "ppt", "doc", "xls", "zip", "xml", "svg", "json", "js", "css", "py", "exe", "rtf", "epub"}
)
ENDINGS = frozenset(TEXT_ENDINGS) | {"docx", "xlsx", "xlsm", "pdf"}


def detect_format(stream: BinaryIO, name: str) -> str:
    """One of parsers.FORMATS, from a seekable stream. Raises ParseError: unsupported, encrypted, corrupt or an archive's danger."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head.strip(b"\x00 \t\r\n") and len(head) < _HEAD:
        raise ParseError("empty")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"PK"):
        return _office_format(stream)
    if head.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in head + stream.read(_OLE_SEARCHED)
        raise ParseError("encrypted" if encrypted else "old_office")
    if head.startswith(_REFUSED):
        raise ParseError("image" if head[:3] in (b"\x89PN", b"\xff\xd8\xff", b"GIF") else "unsupported")
    return _text_format(head, PurePath(name).suffix.lower().lstrip("."))


def _office_format(stream: BinaryIO) -> str:
    try:
        with zipfile.ZipFile(stream) as archive:
            check_archive(archive)
            names = set(archive.namelist())
    except (zipfile.BadZipFile, NotImplementedError, ValueError, EOFError, OSError) as error:
        raise ParseError("corrupt", str(error)) from error
    if "word/document.xml" in names:
        return "docx"
    if any(entry.startswith("xl/work") for entry in names):
        return "xlsx"
    raise ParseError("unsupported", "zip")


def _text_format(head: bytes, ending: str) -> str:
    unicode_16 = head.startswith((b"\xff\xfe", b"\xfe\xff")) or head.count(0) > len(head) // 5
    if not unicode_16 and len(_BINARY.findall(head)) > len(head) // 50:
        raise ParseError("unsupported", "binary")
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")) and ending not in ("md", "markdown", "txt"):
        return "html"
    if _XML.match(head) and ending not in TEXT_ENDINGS:
        raise ParseError("unsupported", "xml")
    if ending and ending not in TEXT_ENDINGS and ending in _OTHER_FORMATS:
        raise ParseError("unsupported", ending)
    return TEXT_ENDINGS.get(ending, "txt")
