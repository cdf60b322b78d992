"""One page of a PDF to rows of text: from its text layer, or by OCR where that is missing or unreadable."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from knowledge.ingestion.parsers.pdf_characters import Glyph, Segment, glyph_rows, page_glyphs, turned
from knowledge.ingestion.parsers.pdf_columns import Line, reading_order
from knowledge.ingestion.parsers.pdf_rules import page_rules
from knowledge.ingestion.parsers.pdf_tables import take_tables
from knowledge.ingestion.parsers.progress import Progress
from knowledge.ingestion.types import ParseError

MAX_READ = 300  # pages of a file read by OCR, at about four seconds each
_FEW = 15  # characters: a page number or a stamp on a picture
_PICTURE_SHARE = 0.5  # of the page
_OUTLINES = 60  # paths: letters drawn as shapes
_READABLE = re.compile(
    "[\u4e00-\u9fff\u3400-\u4dbf\u3000-\u303f\uff00-\uffefA-Za-z0-9\x20-\x7e‐-‧•·●○■□▪◆★①-⑳℃№→←↑↓×÷±≤≥≠°µ€£¥²³\u2e80-\u2fd5]"
)
_READABLE_SHARE = 0.7
_ALIKE = 0.93  # a foreign OCR's text layer that agrees so far with ours on a page is kept for the others


@dataclass(frozen=True)
class Page:
    """Lines in reading order; width and height as shown, in points or pixels. `y` of lines grows upwards."""

    lines: list[Line]
    width: float
    height: float


class PageReader:
    """Reads the pages of one file; remembers how far its text layer is to be trusted."""

    def __init__(self, pdf, progress: Progress):
        self.pdf, self.progress = pdf, progress
        self.read = 0
        self.layer_is_good: bool | None = None

    def page(self, index: int) -> Page:
        """Empty for a page without text, or a damaged one: one damaged page does not cost the others."""
        import pypdfium2

        try:
            page = self.pdf[index]
        except pypdfium2.PdfiumError:
            return Page([], 1, 1)
        try:
            width, height = page.get_size()
            return Page(reading_order(self._rows(page, index)), width, height)
        except pypdfium2.PdfiumError:
            return Page([], 1, 1)
        finally:
            page.close()

    def _rows(self, page, index: int) -> list[list[Segment]]:
        text_page = page.get_textpage()
        try:
            glyphs = page_glyphs(page, text_page)
            scanned = _is_scan(page, text_page, glyphs)
        finally:
            text_page.close()
        if scanned and self.layer_is_good is not True and _of_foreign_ocr(glyphs):
            return self._judged(page, index, glyphs)
        if scanned and not (_of_foreign_ocr(glyphs) and self.layer_is_good):
            return self._by_ocr(page, index) or glyph_rows(glyphs)
        return _with_tables(page, glyphs)

    def _judged(self, page, index: int, glyphs: list[Glyph]) -> list[list[Segment]]:
        """A scan with a text layer: read it ourselves, and see on the first such page whether the layer is as good."""
        seen = self._by_ocr(page, index)
        if self.layer_is_good is None and seen:
            theirs, ours = ("".join(s.text for row in rows for s in row).replace(" ", "")[:2000] for rows in (glyph_rows(glyphs), seen))
            self.layer_is_good = SequenceMatcher(None, theirs, ours, autojunk=False).ratio() > _ALIKE
        return seen or glyph_rows(glyphs)

    def _by_ocr(self, page, index: int) -> list[list[Segment]]:
        from knowledge.ingestion.parsers import ocr
        from knowledge.ingestion.rendering import rendered

        self.read += 1
        if self.read > MAX_READ:
            raise ParseError("too_many_scans", f"more than {MAX_READ} pages to be read by OCR")
        image = rendered(page, ocr.WIDTH)
        rows = ocr.read_picture(image)
        self.progress(index + 1, len(self.pdf))
        scale = page.get_size()[0] / image.width
        return [[_scaled(segment, scale) for segment in row] for row in rows]


def _scaled(segment: Segment, scale: float) -> Segment:
    return Segment(segment.text, segment.left * scale, segment.right * scale, segment.bottom * scale, segment.top * scale)


def _with_tables(page, glyphs: list[Glyph]) -> list[list[Segment]]:
    if not glyphs:
        return []
    outside, tables = take_tables(glyphs, *page_rules(page, turned(page)))
    rows = glyph_rows(outside)
    if not tables:
        return rows
    return sorted([*rows, *([segment] for segment in tables)], key=lambda row: -max(segment.top for segment in row))


def _of_foreign_ocr(glyphs: list[Glyph]) -> bool:
    """Whether the text of a scanned page is worth comparing."""
    return len(glyphs) > _FEW and _readable(glyphs) >= _READABLE_SHARE


def _readable(glyphs: list[Glyph]) -> float:
    return len(_READABLE.findall("".join(glyph.char for glyph in glyphs))) / max(len(glyphs), 1)


def _is_scan(page, text_page, glyphs: list[Glyph]) -> bool:
    """Whether what is seen is not what the text layer says: too little text on a picture, unreadable signs, or invisible letters."""
    if len(glyphs) <= _FEW:
        return _shows_more(page)
    if _readable(glyphs) < _READABLE_SHARE:
        return True
    return _invisible(text_page) and _pictures(page) > _PICTURE_SHARE


def _shows_more(page) -> bool:
    return _pictures(page) > 0.02 or _paths(page) >= _OUTLINES


def _paths(page) -> int:
    import pypdfium2.raw as pdfium

    count = 0
    for _item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=3):
        count += 1
        if count >= _OUTLINES:
            break
    return count


def _pictures(page) -> float:
    """The share of the page that pictures cover, as far as they don't overlap."""
    import pypdfium2
    import pypdfium2.raw as pdfium

    width, height = page.get_size()
    area = 0.0
    for item in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        try:
            left, bottom, right, top = item.get_bounds()
        except pypdfium2.PdfiumError:
            continue
        area += max(0.0, min(right, width) - max(left, 0)) * max(0.0, min(top, height) - max(bottom, 0))
    return area / max(width * height, 1)


def _invisible(text_page) -> bool:
    """Most of a sample of letters is drawn in no colour, as OCR programs put their text behind a scan."""
    import pypdfium2.raw as pdfium

    count = text_page.count_chars()
    modes = []
    for index in range(0, count, max(1, count // 40)):
        item = pdfium.FPDFText_GetTextObject(text_page.raw, index)
        if item:
            modes.append(pdfium.FPDFTextObj_GetTextRenderMode(item))
    return modes.count(pdfium.FPDF_TEXTRENDERMODE_INVISIBLE) * 2 > len(modes)
