"""Pictures are read by OCR; long screenshots in pieces, each line once."""

import itertools

import pytest
from PIL import Image

from knowledge.ingestion.parsers import parse_bytes
from knowledge.ingestion.parsers.picture import pieces
from knowledge.ingestion.types import ParseError
from tests.knowledge.ingestion.made_files import encoded, written

LINES = [f"Line number {number} of the long picture" for number in range(30)]


def test_a_picture_gives_its_lines_and_boxes():
    parsed = parse_bytes(encoded(written(["Refunds within seven days", "Shipping is free"]), "WEBP"), "a.webp")
    assert (parsed.format, parsed.pages) == ("image", 1)
    assert "Refunds within seven days" in parsed.text
    assert "Shipping is free" in parsed.text
    assert parsed.boxes[0].left == pytest.approx(80 / 1200, abs=0.02)


def test_a_long_screenshot_is_read_in_pieces_and_each_line_once():
    text = parse_bytes(encoded(written(LINES, size=(800, 2600), font=32)), "a.png").text
    assert [line for line in LINES if text.count(line) != 1] == []


def test_pieces_overlap_and_cover_the_whole():
    found = pieces(400, 5000)
    assert (found[0][0], found[-1][1]) == (0, 5000)
    assert all(second[0] < first[1] for first, second in itertools.pairwise(found))
    assert pieces(1000, 1400) == [(0, 1400)]


def test_a_picture_without_text_says_so():
    with pytest.raises(ParseError, match="no_text_seen"):
        parse_bytes(encoded(Image.new("RGB", (300, 300), "white")), "a.png")
