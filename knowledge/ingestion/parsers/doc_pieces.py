"""The text of a Word 97-2003 file by its piece table ([MS-DOC] 2.4.1), without styles: paragraphs, and table rows by their cell marks."""

import io
import re
import struct

from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.headings import heading_level
from knowledge.ingestion.types import BlockKind, ParseError

_MAX_PIECES = 500_000
_ENCRYPTED, _TABLE_1 = 0x0100, 0x0200  # bits of the file information block's flags
_CLX = 0x01A2  # offset of fcClx, lcbClx
_TEXT_LENGTHS = (0x4C, 0x50, 0x5C, 0x60)  # characters of the text, its footnotes, comments and endnotes come in this order
_FIELD = re.compile("\x13[^\x13\x14\x15]*\x14|\x13[^\x13\x14\x15]*\x15|\x15")
_MARKS = str.maketrans(
    {"\x0b": "\n", "\x0c": "\r", "\x0e": "\r", "\x1e": "-", "\x1f": None, "\x01": None, "\x08": None, "\x02": None, "\x05": None}
)


def add_pieces(builder: DocumentBuilder, data: bytes) -> None:
    """Append the text's blocks. Raises ParseError (encrypted, corrupt), ValueError or struct.error on damage."""
    document, table = _streams(data)
    pieces = _piece_table(document, table)
    text = "".join(_piece(document, *piece) for piece in pieces)
    length = struct.unpack_from("<i", document, _TEXT_LENGTHS[0])[0]
    text = _FIELD.sub("", text[: max(length, 0)] or text).translate(_MARKS)
    for paragraph in text.split("\r"):
        _add(builder, paragraph)


def _streams(data: bytes) -> tuple[bytes, bytes]:
    import olefile

    with olefile.OleFileIO(io.BytesIO(data)) as file:
        document = file.openstream("WordDocument").read()
        flags = struct.unpack_from("<H", document, 0x0A)[0]
        if flags & _ENCRYPTED:
            raise ParseError("encrypted")
        return document, file.openstream("1Table" if flags & _TABLE_1 else "0Table").read()


def _piece_table(document: bytes, table: bytes) -> list[tuple[int, int, bool]]:
    """(offset in the document, characters, whether a byte is a character) of each piece."""
    start, size = struct.unpack_from("<II", document, _CLX)
    at, end = start, min(start + size, len(table))
    while at < end and table[at] == 1:  # formatting that pieces share
        at += 3 + struct.unpack_from("<H", table, at + 1)[0]
    if at >= end or table[at] != 2:
        raise ParseError("corrupt", "no piece table")
    count = (struct.unpack_from("<I", table, at + 1)[0] - 4) // 12
    if not 0 < count <= _MAX_PIECES:
        raise ParseError("corrupt", f"{count} pieces")
    places = struct.unpack_from(f"<{count + 1}I", table, at + 5)
    found = []
    for number in range(count):
        offset = struct.unpack_from("<I", table, at + 5 + 4 * (count + 1) + 8 * number + 2)[0]
        narrow = bool(offset & 0x40000000)
        place = (offset & 0x3FFFFFFF) // 2 if narrow else offset & 0x3FFFFFFF
        found.append((place, max(0, places[number + 1] - places[number]), narrow))
    return found


def _piece(document: bytes, place: int, count: int, narrow: bool) -> str:
    if narrow:
        return document[place : place + count].decode("cp1252", errors="replace")
    return document[place : place + 2 * count].decode("utf-16-le", errors="replace")


def _add(builder: DocumentBuilder, paragraph: str) -> None:
    """A table's row ends with two cell marks; a paragraph holds what stood between two paragraph marks, perhaps several rows."""
    if "\x07" not in paragraph:
        level = heading_level(paragraph)
        builder.add(BlockKind.HEADING if level else BlockKind.PARAGRAPH, paragraph, level=level)
        return
    *rows, rest = paragraph.split("\x07\x07")
    for row in rows:
        builder.add_row(row.split("\x07"))
    builder.add(BlockKind.PARAGRAPH, rest.replace("\x07", " "))
