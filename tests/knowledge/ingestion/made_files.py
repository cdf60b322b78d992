"""Files built for tests: PDF pages, pictures, and the containers of old Office files."""

import io
import struct

from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

SONG = "STSong-Light"
WIDTH, HEIGHT = A4
_SECTOR, _FREE, _END, _FAT = 512, 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def pdf(draw, **options) -> bytes:
    """A PDF drawn by `draw(canvas)`; options go to the canvas."""
    pdfmetrics.registerFont(UnicodeCIDFont(SONG))
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, **options)
    canvas.setFont(SONG, 12)
    draw(canvas)
    canvas.save()
    return stream.getvalue()


def written(lines: list[str], size: tuple[int, int] = (1200, 800), font: int = 40) -> Image.Image:
    """A picture of lines of Latin text in print."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((80, 60 + 2 * font * number), line, "black", ImageFont.load_default(size=font))
    return image


def encoded(image: Image.Image, file_format: str = "PNG") -> bytes:
    stream = io.BytesIO()
    image.save(stream, file_format)
    return stream.getvalue()


def ole(streams: dict[str, bytes]) -> bytes:
    """An OLE file ([MS-CFB], version 3) of these streams; each is padded to 4096 bytes, below which they would lie in another one."""
    padded = {name: data.ljust(max(4096, -(-len(data) // _SECTOR) * _SECTOR), b"\0") for name, data in streams.items()}
    chain: list[int] = []
    starts = {name: _chained(chain, len(data)) for name, data in padded.items()}
    names = ["Root Entry", *streams]
    entries = b"".join(_entry(name, starts.get(name), padded.get(name), len(names)) for name in names)
    entries = entries.ljust(-(-len(entries) // _SECTOR) * _SECTOR, b"\0")
    directory = _chained(chain, len(entries))
    tables = -(-(len(chain) + 8) // (_SECTOR // 4))
    first_table = len(chain)
    chain += [_FAT] * tables
    table = struct.pack(f"<{len(chain)}I", *chain).ljust(tables * _SECTOR, b"\xff")
    places = [*range(first_table, first_table + tables), *[_FREE] * (109 - tables)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH6xI", 0x3E, 3, 0xFFFE, 9, 6, 0)
    header += struct.pack("<IIIIIIII", tables, directory, 0, 4096, _END, 0, _END, 0) + struct.pack("<109I", *places)
    return header + b"".join(padded.values()) + entries + table


def _chained(chain: list[int], size: int) -> int:
    start, count = len(chain), size // _SECTOR
    chain += [*range(start + 1, start + count), _END]
    return start


def _entry(name: str, start: int | None, data: bytes | None, count: int) -> bytes:
    """A directory entry; the streams hang below each other to the right, under the root."""
    root = data is None
    text = name.encode("utf-16-le") + b"\0\0"
    child = 1 if root and count > 1 else _FREE
    right = _FREE
    entry = text.ljust(64, b"\0") + struct.pack("<HBBIII", len(text), 5 if root else 2, 1, _FREE, right, child) + bytes(36)
    return entry + struct.pack("<IQ", _END if root else start, 0 if root else len(data))


def word_97(text: str) -> bytes:
    """A DOC without styles: its text in one piece ([MS-DOC] 2.4.1). \\r ends paragraphs, \\x07 cells."""
    body = text.encode("utf-16-le")
    block = bytearray(2048)
    struct.pack_into("<HHHHHH", block, 0, 0xA5EC, 0x00C1, 0, 0x0804, 0, 0x0200)
    struct.pack_into("<i", block, 0x4C, len(text))
    clx = b"\x02" + struct.pack("<III", 16, 0, len(text)) + struct.pack("<HIH", 0, len(block), 0)
    struct.pack_into("<II", block, 0x01A2, 0, len(clx))
    return ole_chained({"WordDocument": bytes(block) + body, "1Table": clx})


def ole_chained(streams: dict[str, bytes]) -> bytes:
    """`ole`, with the second stream as the right neighbour of the first."""
    data = bytearray(ole(streams))
    names = ["Root Entry", *streams]
    at = data.find("Root Entry".encode("utf-16-le") + b"\0\0")
    for number in range(1, len(names) - 1):
        struct.pack_into("<I", data, at + 128 * number + 72, number + 1)
    return bytes(data)
