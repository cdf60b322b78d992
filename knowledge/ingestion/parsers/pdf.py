"""PDF files with text: pages to lines by position, lines to paragraphs, running headers dropped."""

from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.pdf_characters import page_rows
from knowledge.ingestion.parsers.pdf_columns import reading_order
from knowledge.ingestion.parsers.pdf_paragraphs import add_paragraphs
from knowledge.ingestion.types import ParsedDocument, ParseError

MAX_PAGES = 5_000
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_*


def parse(data: bytes, name: str) -> ParsedDocument:
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as pdf:
            if len(pdf) > MAX_PAGES:
                raise ParseError("too_large", f"{len(pdf)} pages")
            return _document(pdf)
    except pypdfium2.PdfiumError as error:
        code = "encrypted" if getattr(error, "err_code", None) in (_PASSWORD, _SECURITY) else "corrupt"
        raise ParseError(code, str(error)) from error


def _document(pdf) -> ParsedDocument:
    pages = [reading_order(page_rows(pdf, index)) for index in range(len(pdf))]
    if not any(pages):
        raise ParseError("scanned")
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
