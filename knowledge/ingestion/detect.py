"""The real type of a file, from its content; a name's ending decides only between kinds of text."""

import re
from pathlib import PurePath
from typing import BinaryIO

from knowledge.ingestion.archives import open_archive, read_head
from knowledge.ingestion.types import ParseError

_HEAD, _BLOCK = 4096, 1 << 20
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")
_OTHER_PICTURES = (b"GIF87a", b"GIF89a", b"II*\x00", b"MM\x00*", b"\x00\x00\x01\x00")
_PROGRAMS = (b"\x7fELF", b"\x1f\x8b", b"Rar!\x1a", b"7z\xbc\xaf", b"{\\rtf")
_BINARY = re.compile(rb"[\x00-\x06\x0e-\x1a\x1c-\x1f]")
_USUAL = re.compile("[\t\n\r -~\u2010-\u2030\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_HTML = re.compile(
    rb"^\s*(?:<!--.{0,2000}?-->\s*)*<(?:!doctype\s+html|html|head|body|meta|title|div|p|h[1-6]|table|article|section|script|span|ul)\b",
    re.I | re.S,
)
_XHTML = re.compile(rb"^\s*<\?xml.{0,2000}?<html\b", re.I | re.S)
_XML = re.compile(rb"^\s*<(?:\?xml|svg|!DOCTYPE)", re.I)
_MAIL_HEADER = re.compile(
    rb"^(?:Return-Path|Received|Delivered-To|From|To|Subject|Date|Message-ID|MIME-Version|Content-Type|X-[\w-]+|DKIM-Signature):\s",
    re.I | re.M,
)
TEXT_ENDINGS = {
    "md": "md", "markdown": "md", "mdx": "md", "txt": "txt", "text": "txt", "log": "txt", "rst": "txt",
    "html": "html", "htm": "html", "xhtml": "html", "csv": "csv", "tsv": "csv", "eml": "eml", "mht": "eml", "mhtml": "eml",
}  # fmt: skip
_BINARY_ENDINGS = frozenset(
    ("docx", "docm", "doc", "pptx", "pptm", "xlsx", "xlsm", "xls", "pdf", "epub", "png", "jpg", "jpeg", "webp", "zip")
)  # fmt: skip
ENDINGS = frozenset(TEXT_ENDINGS) | _BINARY_ENDINGS
ARCHIVE = "zip"  # holds documents of their own: taken apart when it is uploaded
_PARTS = (("word/document.xml", "docx"), ("ppt/presentation.xml", "pptx"), ("xl/workbook.xml", "xlsx"), ("META-INF/container.xml", "epub"))
# Names of streams in an OLE file's directory, whose entries of 128 bytes begin with them in UTF-16.
_STREAMS = (("EncryptedPackage", "encrypted"), ("WordDocument", "doc"), ("Workbook", "xls"), ("Book", "xls"))


def detect_format(stream: BinaryIO, name: str) -> str:
    """One of parsers.FORMATS, or ARCHIVE, from a seekable stream. Raises ParseError: unsupported, encrypted, corrupt, an archive's danger."""
    stream.seek(0)
    head = stream.read(_HEAD)
    if not head.strip(b"\x00 \t\r\n") and len(head) < _HEAD:
        raise ParseError("empty")
    ending = PurePath(name).suffix.lower().lstrip(".")
    if head.lstrip().startswith(b"%PDF-") or (ending == "pdf" and b"%PDF-" in head[:1024]):
        return "pdf"
    if head.startswith(_ZIP):
        return _zip_format(stream)
    if head.startswith(_OLE):
        return _ole_format(stream)
    if head.startswith(_PICTURES) or (head.startswith(b"RIFF") and head[8:12] == b"WEBP"):
        return "image"
    if head.startswith(_OTHER_PICTURES + _PROGRAMS) or (head.startswith(b"BM") and ending == "bmp"):
        raise ParseError("other_image" if head.startswith((*_OTHER_PICTURES, b"BM")) else "unsupported")
    return _text_format(head, ending)


def _zip_format(stream: BinaryIO) -> str:
    with open_archive(stream) as archive:
        names = set(archive.namelist())
        found = next((kind for part, kind in _PARTS if part in names), None)
        if found:
            return found
        if any(entry.startswith("xl/work") for entry in names):
            if any(entry.endswith(".bin") for entry in names):
                raise ParseError("old_office", "xlsb")
            return "xlsx"
        if "mimetype" in names:
            kind = read_head(archive, "mimetype", 100)
            if b"epub" not in kind:
                raise ParseError("old_office" if b"opendocument" in kind else "unsupported", kind.decode("ascii", "replace"))
    return ARCHIVE


def _ole_format(stream: BinaryIO) -> str:
    found = _ole_streams(stream)
    kind = next((kind for name, kind in _STREAMS if name in found), None)
    if kind is None:
        raise ParseError("old_office", "ole")
    if kind == "encrypted":
        raise ParseError("encrypted")
    return kind


def _ole_streams(stream: BinaryIO) -> set[str]:
    """Which of the known names the file's directory holds, wherever that lies in the file."""
    wanted = {name.encode("utf-16-le") + b"\x00\x00": name for name, _kind in _STREAMS}
    found: set[str] = set()
    stream.seek(0)
    while block := stream.read(_BLOCK):
        for pattern, name in wanted.items():
            at = block.find(pattern)
            while at >= 0 and name not in found:
                if at % 128 == 0:
                    found.add(name)
                at = block.find(pattern, at + 2)
    return found


def _text_format(head: bytes, ending: str) -> str:
    if len(_BINARY.findall(head)) > len(head) // 50 and not _is_utf_16(head):
        raise ParseError("corrupt" if ending in _BINARY_ENDINGS else "unsupported", "binary")
    text = head.removeprefix(b"\xef\xbb\xbf")
    if (_HTML.match(text) or _XHTML.match(text)) and ending not in ("md", "markdown", "txt"):
        return "html"
    if ending in ("", "eml", "mht", "mhtml") and len(_MAIL_HEADER.findall(text)) >= 2:
        return "eml"
    if _XML.match(text) and ending not in TEXT_ENDINGS:
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
