"""Pages of PDF files and pictures as images. Runs in the sandbox only: it decodes what strangers made."""

import io
from typing import BinaryIO

from knowledge.ingestion.types import ParseError

MAX_SIDE = 20_000  # of a picture, in pixels; beyond it is no document
MAX_PIXELS = 60_000_000
MAX_RENDERED = 8_000_000  # pixels of an image made from a page
MAX_POINTS = 20_000  # of a page: seven metres
_PASSWORD, _SECURITY = 4, 5  # FPDF_ERR_*


def open_pdf(source: BinaryIO | bytes):
    """A pypdfium2 document, read from the stream as needed. An empty password is tried by PDFium itself. Raises ParseError."""
    import pypdfium2

    try:
        return pypdfium2.PdfDocument(source)
    except pypdfium2.PdfiumError as error:
        code = "encrypted" if getattr(error, "err_code", None) in (_PASSWORD, _SECURITY) else "corrupt"
        raise ParseError(code, str(error)) from error


def rendered(page, width: int):
    """RGB Pillow image of a pypdfium2 page, `width` pixels wide, or less where it would take over 8 million pixels. Raises ParseError."""
    import pypdfium2

    across, down = page.get_size()
    if min(across, down) < 1 or max(across, down) > MAX_POINTS:
        raise ParseError("corrupt", f"a page of {across} x {down} points")
    scale = min(width / across, (MAX_RENDERED / (across * down)) ** 0.5)
    try:
        return page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB")
    except pypdfium2.PdfiumError as error:
        raise ParseError("corrupt", str(error)) from error


def _page(pdf, index: int):
    import pypdfium2

    try:
        return pdf[index]
    except pypdfium2.PdfiumError as error:
        raise ParseError("corrupt", f"page {index + 1}: {error}") from error


def open_picture(source: BinaryIO):
    """RGB Pillow image of a picture file, turned the right way up, on white. Raises ParseError: too_large, corrupt."""
    from PIL import Image, ImageOps, UnidentifiedImageError

    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    try:
        picture = Image.open(source, formats=("PNG", "JPEG", "WEBP"))
        if max(picture.size) > MAX_SIDE or picture.width * picture.height > MAX_PIXELS:
            raise ParseError("too_large", f"{picture.width} x {picture.height} pixels")
        picture.draft("RGB", (4000, 4000))  # a JPEG of a camera is decoded at a fraction of its size
        turned = ImageOps.exif_transpose(picture).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise ParseError("too_large", str(error)) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise ParseError("corrupt", str(error)) from error
    white = Image.new("RGB", turned.size, "white")
    white.paste(turned, mask=turned.getchannel("A"))
    return white


def page_png(source: BinaryIO, page: int, width: int) -> bytes:
    """PNG of page `page` (from 1) of a PDF file, or of a picture. Raises ParseError, "no_page" when there is none of that number."""
    is_pdf = b"%PDF-" in source.read(1024)
    source.seek(0)
    if is_pdf:
        pdf = open_pdf(source)
        if not 1 <= page <= len(pdf):
            raise ParseError("no_page", f"page {page} of {len(pdf)}")
        image = rendered(_page(pdf, page - 1), width)
    else:
        image = open_picture(source)
        image.thumbnail((width, MAX_RENDERED // width))
    output = io.BytesIO()
    image.save(output, "PNG")
    return output.getvalue()
