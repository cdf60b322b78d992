"""The real type of a file, from its first bytes; a name's ending decides only between kinds of text."""

import re
import zipfile
from pathlib import PurePath
from typing import BinaryIO

from knowledge.ingestion.archives import check_archive
from knowledge.ingestion.types import ParseError

_HEAD, _OLE_SEARCHED = 4096, 20_000_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*")
_PROGRAMS = (b"\x7fELF", b"\x1f\x8b", b"Rar!\x1a", b"7z\xbc\xaf", b"{\\rtf")
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_USUAL = re.compile("[\t\n\r -~\u2010-\u2030\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_HTML = re.compile(
    rb"^\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|p|h[1-6]|table|article|section|script|span|ul)\b",
    re.I | re.S,
)
_XML = re.compile(rb"^\s*<(?:\?xml|svg|!DOCTYPE)", re.I)
TEXT_ENDINGS = {
    "md": "md", "markdown": "md", "mdx": "md", "txt": "txt", "text": "txt", "log": "txt", "rst": "txt",
    "html": "html", "htm": "html", "xhtml": "html", "csv": "csv", "tsv": "csv",
}  # fmt: skip
_BINARY_ENDINGS = frozenset({"docx", "xlsx", "xlsm", "pdf"})
ENDINGS = frozenset(TEXT_ENDINGS) | _BINARY_ENDINGS


def detect_format(stream: BinaryIO, name: str) -> str:
    """One of parsers.FORMATS, from a seekable stream. Raises ParseError: unsupported, encrypted, corrupt or an archive's danger."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head.strip(b"\x00 \t\r\n") and len(head) < _HEAD:
        raise ParseError("empty")
    ending = PurePath(name).suffix.lower().lstrip(".")
    if head.lstrip().startswith(b"%PDF-") or (ending == "pdf" and b"%PDF-" in head[:1024]):
        return "pdf"
    if head.startswith(_ZIP):
        return _office_format(stream)
    if head.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in head + stream.read(_OLE_SEARCHED)
        raise ParseError("encrypted" if encrypted else "old_office")
    if head.startswith(_PICTURES + _PROGRAMS):
        raise ParseError("image" if head.startswith(_PICTURES) else "unsupported")
    return _text_format(head, ending)


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
    if len(_BINARY.findall(head)) > len(head) // 50 and not _is_utf_16(head):
        raise ParseError("unsupported", "binary")
    if _HTML.match(head.removeprefix(b"\xef\xbb\xbf")) and ending not in ("md", "markdown", "txt"):
        return "html"
    if _XML.match(head) and ending not in TEXT_ENDINGS:
        raise ParseError("unsupported", "xml")
    if ending in _BINARY_ENDINGS:
        raise ParseError("corrupt", f"no {ending} inside")
    if ending and ending not in TEXT_ENDINGS:
        raise ParseError("unsupported", ending)
    return TEXT_ENDINGS.get(ending, "txt")


def _is_utf_16(head: bytes) -> bool:
    """A byte order mark, or one of the two orders gives nearly only Chinese and ASCII characters."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    texts = [head[: len(head) // 2 * 2].decode(order, errors="replace") for order in ("utf-16-le", "utf-16-be")]
    return any(len(_USUAL.findall(text)) > 0.95 * len(text) for text in texts)
