"""Pictures (PNG, JPEG, WebP): what OCR reads on them."""

from typing import BinaryIO

from knowledge.ingestion.parsers import ocr
from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.pdf_columns import reading_order
from knowledge.ingestion.parsers.pdf_pages import Page
from knowledge.ingestion.parsers.pdf_paragraphs import add_paragraphs
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.rendering import open_picture
from knowledge.ingestion.types import ParsedDocument, ParseError

_TALL = 2.5  # height to width: longer screenshots are read in pieces, or their letters would be shrunk away
_OVERLAP = 0.1  # of a piece


def parse(source: BinaryIO, name: str, progress: Progress = untold) -> ParsedDocument:
    builder = DocumentBuilder(pages=1)
    add_picture(builder, source, progress)
    if not builder.count:
        raise ParseError("no_text_seen")
    return builder.build()


def add_picture(builder: DocumentBuilder, source: BinaryIO, progress: Progress = untold, *, smallest: int = 0) -> bool:
    """Append what OCR reads on a picture; False for one whose shorter side is below `smallest` pixels. Raises ParseError as open_picture."""
    image = open_picture(source)
    if min(image.size) < smallest:
        return False
    rows = _rows(image, progress)
    if rows:
        add_paragraphs(builder, [Page(reading_order(rows), image.width, image.height)])
    return True


def _rows(image, progress: Progress) -> list:
    """Rows of text from top to bottom, of tall pictures piece by piece."""
    found = []
    for top, bottom in pieces(*image.size):
        rows = ocr.read_picture(image.crop((0, top, image.width, bottom)))
        for row in rows:
            for segment in row:
                segment.bottom += image.height - bottom
                segment.top += image.height - bottom
        found.append([row for row in rows if row])
        progress(bottom, image.height)
    return _joined(found)


def pieces(width: int, height: int) -> list[tuple[int, int]]:
    """(top, bottom) of overlapping pieces of a tall picture; one for the whole otherwise."""
    if height <= _TALL * width:
        return [(0, height)]
    size = max(int(1.6 * width), 600)
    step = int(size * (1 - _OVERLAP))
    return [(top, min(top + size, height)) for top in range(0, max(height - int(size * _OVERLAP), 1), step)]


def _joined(pieces_rows: list[list]) -> list:
    """Rows of all pieces; of a row seen in two, the one further from a piece's edge is what the first piece does not end with."""
    result: list = []
    for rows in pieces_rows:
        lowest = min((segment.bottom for row in result for segment in row), default=float("inf"))
        result += [row for row in rows if max(segment.middle for segment in row) < lowest]
    return result
