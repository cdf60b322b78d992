"""Real files, where they are: every one is read or refused with a cause, within the limits."""

import json
import re
from pathlib import Path

import pytest

from knowledge.ingestion.causes import CAUSES
from knowledge.ingestion.chunking import HARD_CAP, chunk_document
from knowledge.ingestion.sandbox import parse_file
from knowledge.ingestion.types import ParseError
from tests.knowledge.ingestion.test_chunking import covered

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "data" / "docs"
SCANS = ("pdf_scan_book_no_text.pdf", "pdf_scan_bad_ocr_layer.pdf", "png_watermark_table.png")  # a minute of OCR: in `evaluate ingestion`

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the shared sample documents are not on this machine")


def manifest(*, hostile: bool) -> list:
    path = FOLDER / "manifest.jsonl"
    lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
    return [pytest.param(line, id=Path(line["file"]).name) for line in lines if line["hostile"] == hostile]


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


@pytest.mark.parametrize("sample", [each for each in manifest(hostile=False) if each.id not in SCANS])
def test_the_text_is_found_and_chunked(sample):
    path = FOLDER / sample["file"]
    parsed = parse_file(path, path.name)
    text = bare(parsed.text)
    assert [wanted for wanted in sample["must_contain"] if bare(wanted) not in text] == []
    assert not any(word in parsed.text for word in sample.get("must_not_contain_ideally", ()))
    covered(parsed)
    assert all(chunk.words <= HARD_CAP for chunk in chunk_document(parsed))


@pytest.mark.parametrize("sample", manifest(hostile=True))
def test_hostile_files_are_refused_or_read_harmlessly(sample):
    path = FOLDER / sample["file"]
    try:
        outcome = len(parse_file(path, path.name, timeout_s=25, memory_bytes=1_500_000_000).text) < 1000
    except ParseError as error:
        outcome = error.code in CAUSES
    assert outcome


def test_two_columns_are_read_one_after_the_other():
    text = parse_file(FOLDER / "files" / "pdf_two_columns.pdf", "a.pdf").text
    assert text.index("我们的复赛方案可以用图1概括") > text.index("问答准确，我们设计了一套简洁的")
    assert "面向 AIOps网络运维的简洁、轻量、高效的检索增强问答框架" in text.replace("\n", "")


def test_a_table_row_of_a_pdf_stays_together():
    text = parse_file(FOLDER / "files" / "pdf_table_credit_lines.pdf", "a.pdf").text
    assert "1 | 工商银行 | 330,435.30 | 234,850.00 | 95,585.30" in text
