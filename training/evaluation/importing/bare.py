"""What reading a file costs with the library alone: its text and nothing else, in this process, without limits."""

import email
import email.policy
import io
import zipfile
from collections.abc import Callable
from pathlib import Path


def pdf(data: bytes) -> str:
    import pypdfium2

    document = pypdfium2.PdfDocument(data)
    try:
        return "\f".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def docx(data: bytes) -> str:
    from docx import Document

    document = Document(io.BytesIO(data))
    cells = (cell.text for table in document.tables for row in table.rows for cell in row.cells)
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def xlsx(data: bytes) -> str:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    return "\n".join(str(value) for sheet in book for row in sheet.iter_rows(values_only=True) for value in row if value is not None)


def xls(data: bytes) -> str:
    from xlrd import open_workbook

    sheets = open_workbook(file_contents=data).sheets()
    return "\n".join(str(value) for sheet in sheets for row in range(sheet.nrows) for value in sheet.row_values(row))


def pptx(data: bytes) -> str:
    return _xml_of(data, "ppt/slides/")


def epub(data: bytes) -> str:
    return _xml_of(data, "")


def html(data: bytes) -> str:
    from trafilatura import extract

    return extract(data) or ""


def md(data: bytes) -> str:
    from markdown_it import MarkdownIt

    return "\n".join(token.content for token in MarkdownIt("commonmark").parse(data.decode("utf-8", "replace")))


def txt(data: bytes) -> str:
    from charset_normalizer import from_bytes

    return str(from_bytes(data).best() or "")


def eml(data: bytes) -> str:
    body = email.message_from_bytes(data, policy=email.policy.default).get_body(("plain", "html"))
    return body.get_content() if body else ""


READERS: dict[str, Callable[[bytes], str]] = {
    "pdf": pdf, "docx": docx, "xlsx": xlsx, "xls": xls, "pptx": pptx, "epub": epub, "html": html, "md": md, "txt": txt, "csv": txt,
    "eml": eml,
}  # fmt: skip


def read(path: Path, file_format: str) -> str | None:
    """None where there is no library to compare with, and for files that only the product can read."""
    reader = READERS.get(file_format)
    return reader(path.read_bytes()) if reader else None


def _xml_of(data: bytes, folder: str) -> str:
    from lxml import etree

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if name.startswith(folder) and name.endswith((".xml", ".xhtml", ".html"))]
        roots = (etree.fromstring(archive.read(name), etree.XMLParser(recover=True, resolve_entities=False)) for name in names)
        return "\n".join("".join(root.itertext()) for root in roots if root is not None)
