"""Images of pages come from the sandbox, in the size asked for, and a bad file costs only itself."""

import io
from pathlib import Path

import pytest
from PIL import Image

from knowledge.ingestion.page_images import page_png
from knowledge.ingestion.types import ParseError


def write(tmp_path: Path, content: bytes) -> Path:
    path = tmp_path / "file"
    path.write_bytes(content)
    return path


def picture(size: tuple[int, int], file_format: str, **options) -> bytes:
    output = io.BytesIO()
    Image.new("RGB", size, "red").save(output, file_format, **options)
    return output.getvalue()


def two_pages() -> bytes:
    import pypdfium2

    pdf = pypdfium2.PdfDocument.new()
    for width in (300, 600):
        pdf.new_page(width, 400)
    output = io.BytesIO()
    pdf.save(output)
    return output.getvalue()


def opened(png: bytes):
    return Image.open(io.BytesIO(png), formats=("PNG",))


def test_a_page_is_rendered_in_the_width_asked_for(tmp_path):
    path = write(tmp_path, two_pages())
    assert opened(page_png(path, 1, width=600)).size == (600, 800)
    assert opened(page_png(path, 2, width=600)).size == (600, 400)


def test_the_width_is_kept_within_bounds(tmp_path):
    assert opened(page_png(write(tmp_path, two_pages()), 1, width=10**6)).width == 2000


def test_there_is_no_page_beyond_the_last(tmp_path):
    with pytest.raises(ParseError, match="no_page"):
        page_png(write(tmp_path, two_pages()), 3)


@pytest.mark.parametrize("file_format", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_its_own_page(tmp_path, file_format):
    image = opened(page_png(write(tmp_path, picture((1600, 800), file_format)), 1, width=800))
    assert image.size == (800, 400)
    assert image.getpixel((0, 0))[0] > 240


def test_a_photograph_is_turned_the_right_way_up(tmp_path):
    exif = Image.Exif()
    exif[0x0112] = 6
    assert opened(page_png(write(tmp_path, picture((300, 200), "JPEG", exif=exif)), 1)).size == (200, 300)


def test_a_picture_that_unpacks_to_gigabytes_is_refused(tmp_path):
    data = bytearray(picture((8, 8), "PNG"))
    data[16:24] = (60_000).to_bytes(4, "big") * 2
    with pytest.raises(ParseError, match=r"too_large|corrupt"):
        page_png(write(tmp_path, bytes(data)), 1)


def test_what_is_neither_is_refused(tmp_path):
    with pytest.raises(ParseError, match="corrupt"):
        page_png(write(tmp_path, b"GIF89a nothing"), 1)
