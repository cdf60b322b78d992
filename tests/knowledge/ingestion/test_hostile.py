"""Files made to harm: each is refused with its cause, or read within the limits, and the caller goes on."""

import io
import zipfile
from pathlib import Path

import pytest
from django.utils import translation

from knowledge.ingestion.archives import members
from knowledge.ingestion.causes import CAUSES
from knowledge.ingestion.parsers import parse_bytes
from knowledge.ingestion.sandbox import parse_file
from knowledge.ingestion.types import ParseError
from tests.knowledge.ingestion.test_office_formats import zipped

WORD = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
LAUGHS = '<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def cause(path: Path, **limits) -> str:
    try:
        parse_file(path, path.name, **limits)
    except ParseError as error:
        return error.code
    return "read"


def written(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def test_a_pdf_of_ten_thousand_pages_is_refused(tmp_path):
    import pypdfium2

    pdf, stream = pypdfium2.PdfDocument.new(), io.BytesIO()
    for _ in range(10_000):
        pdf.new_page(10, 10)
    pdf.save(stream)
    assert cause(written(tmp_path, "a.pdf", stream.getvalue())) == "too_many_pages"


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
def test_one_endless_line_is_refused_as_too_large(tmp_path, name):
    assert cause(written(tmp_path, name, b"ab " * 3_500_000), timeout_s=120) == "too_large"


@pytest.mark.parametrize("text", [f"{LAUGHS}<l>&b;</l>", '<!DOCTYPE l [<!ENTITY a SYSTEM "file:///etc/passwd">]><l>&a;</l>'])
@pytest.mark.parametrize("name", ["a.html", "a.txt", "a.md"])
def test_entities_are_never_followed(name, text):
    try:
        said = parse_bytes(f"<html><body>{text}</body></html>".encode(), name).text
    except ParseError as error:
        said = error.code
    assert "root:" not in said
    assert len(said) < 1000


@pytest.mark.parametrize(("name", "extra"), [("a.docm", "word/vbaProject.bin"), ("a.docx", "word/embeddings/oleObject1.bin")])
def test_macros_and_embedded_programs_are_never_looked_at(name, extra):
    body = f"<w:document {WORD}><w:body><w:p><w:r><w:t>正文</w:t></w:r></w:p></w:body></w:document>"
    assert parse_bytes(zipped({"word/document.xml": body, extra: b"Sub AutoOpen()"}), name).text == "正文"


def test_an_archive_that_holds_itself_is_opened_once():
    inner = zipped({"a.txt": b"x"})
    for _ in range(50):
        inner = zipped({"again.zip": inner})
    assert [member.cause for member, _stream in members(io.BytesIO(inner))] == ["nested_archive"]


def test_overlapping_entries_do_not_unpack_without_end():
    """Fifty entries that share one body of 30 MB: small file, huge sum."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", b"0" * 30_000_000)
        first = archive.infolist()[0]
        for number in range(50):
            again = zipfile.ZipInfo(f"{number}.txt")
            again.header_offset, again.compress_size, again.file_size, again.CRC = 0, first.compress_size, first.file_size, first.CRC
            again.compress_type = first.compress_type
            archive.filelist.append(again)
            archive.NameToInfo[again.filename] = again
    with pytest.raises(ParseError, match="archive_bomb"):
        list(members(stream))


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n" + zipped({"word/document.xml": "<x/>"}),
        zipped({"word/document.xml": "<x/>"}) + b"%PDF-1.4",
        b"GIF89a<script>alert(1)</script>",
    ],
)
@pytest.mark.parametrize("name", ["a.pdf", "a.docx", "a.html", "a.jpg"])
def test_a_file_of_two_kinds_is_one_of_them_or_refused(tmp_path, name, content):
    assert cause(written(tmp_path, name, content)) in CAUSES


def test_every_cause_says_what_to_do():
    with translation.override("en"):
        assert [text for text in map(str, CAUSES.values()) if not text.endswith(".") or len(text) < 20] == []
