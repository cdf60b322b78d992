"""PDF files: pages to lines by position or by OCR, lines to paragraphs and tables, running headers dropped."""

from typing import BinaryIO

from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.pdf_pages import PageReader
from knowledge.ingestion.parsers.pdf_paragraphs import add_paragraphs
from knowledge.ingestion.parsers.progress import Progress, untold
from knowledge.ingestion.rendering import open_pdf
from knowledge.ingestion.types import ParsedDocument, ParseError

MAX_PAGES = 5_000


def parse(source: BinaryIO, name: str, progress: Progress = untold) -> ParsedDocument:
    with open_pdf(source) as pdf:
        if len(pdf) > MAX_PAGES:
            raise ParseError("too_many_pages", f"{len(pdf)} pages")
        reader = PageReader(pdf, progress)
        pages = [reader.page(index) for index in range(len(pdf))]
        if not any(page.lines for page in pages):
            raise ParseError("scanned" if reader.read else "empty")
        builder = DocumentBuilder(_title(pdf), pages=len(pdf))
    add_paragraphs(builder, pages)
    builder.title = builder.title or builder.first_heading()
    return builder.build()


def _title(pdf) -> str:
    """The title in the file's properties, unless a program put its own there."""
    title = " ".join((pdf.get_metadata_dict().get("Title") or "").split())
    junk = not title or "\ufffd" in title or title.lower().startswith(("microsoft", "untitled", "powerpoint", "无标题", "幻灯片"))
    looks_like_file = title.lower().endswith((".doc", ".docx", ".pdf", ".ppt", ".pptx", ".indd", ".wps", ".xls", ".xlsx", ".dvi", ".cdr"))
    return "" if junk or looks_like_file else title
