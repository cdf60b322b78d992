"""Pictures within Word files and presentations are read where they stand, once each, and cost nobody the document."""

import struct
import zlib

import pytest

from knowledge.ingestion.parsers import embedded, parse_bytes
from knowledge.ingestion.types import ParseError
from tests.knowledge.ingestion.made_files import encoded, written
from tests.knowledge.ingestion.test_office_formats import RELATION, P, R, relations, shape, shown, slide, zipped

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
V = 'xmlns:v="urn:schemas-microsoft-com:vml"'
REFUNDS, SHIPPING = (encoded(written([line])) for line in ("Refunds within seven days", "Shipping is free"))


def text(words: str) -> str:
    return f"<w:p><w:r><w:t>{words}</w:t></w:r></w:p>"


def drawing(relation: str) -> str:
    return f'<w:p><w:r><w:drawing><a:blip r:embed="{relation}"/></w:drawing></w:r></w:p>'


def word(*body: str, **pictures: bytes) -> bytes:
    targets = {name: ("image", f"media/{name}.png") for name in pictures}
    return zipped({
        "word/document.xml": f"<w:document {W} {A} {V} {R}><w:body>{''.join(body)}</w:body></w:document>",
        "word/_rels/document.xml.rels": relations(**targets),
    } | {f"word/media/{name}.png": data for name, data in pictures.items()})  # fmt: skip


def texts(data: bytes, name: str = "a.docx") -> list[str]:
    return [block.text for block in parse_bytes(data, name).blocks]


def test_what_a_picture_says_stands_where_it_is_shown():
    found = texts(word(text("退货说明"), drawing("r1"), text("运费说明"), drawing("r2"), r1=REFUNDS, r2=SHIPPING))
    assert found == ["退货说明", "Refunds within seven days", "运费说明", "Shipping is free"]


def test_a_picture_of_old_programs_and_one_in_a_table_are_read():
    old = '<w:p><w:r><w:pict><v:shape><v:imagedata r:id="r1"/></v:shape></w:pict></w:r></w:p>'
    cells = f"<w:tc>{text('图')}</w:tc><w:tc>{drawing('r2')}</w:tc>"
    found = texts(word(old, f"<w:tbl><w:tr>{cells}</w:tr></w:tbl>", r1=REFUNDS, r2=SHIPPING))
    assert "Refunds within seven days" in found
    assert found[-1] == "Shipping is free"


def test_a_document_of_pictures_alone_is_read():
    assert texts(word(drawing("r1"), r1=REFUNDS)) == ["Refunds within seven days"]
    with pytest.raises(ParseError, match="empty"):
        parse_bytes(word(drawing("r1"), r1=encoded(written([]))), "a.docx")


def test_the_same_picture_is_read_once_and_progress_is_told():
    told: list[tuple[int, int]] = []
    from io import BytesIO

    from knowledge.ingestion.parsers.registry import parse_stream

    data = word(text("正文"), drawing("r1"), drawing("r2"), drawing("r3"), r1=REFUNDS, r2=REFUNDS, r3=SHIPPING)
    parsed = parse_stream(BytesIO(data), "a.docx", lambda done, total: told.append((done, total)))
    assert parsed.text.count("Refunds") == 1
    assert told == [(1, 3), (2, 3)]


def test_icons_damage_and_bombs_are_passed_over():
    icon = encoded(written(["Refunds within seven days"], size=(900, 90), font=20))
    header = struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + header + struct.pack(">I", zlib.crc32(b"IHDR" + header))
    bomb = b"\x89PNG\r\n\x1a\n" + chunk
    body = [text("正文"), *(drawing(f"r{n}") for n in range(1, 5))]
    assert texts(word(*body, r1=icon, r2=b"no picture", r3=bomb, r4=REFUNDS[:200])) == ["正文"]
    away = word(text("正文"), drawing("gone"))
    assert texts(away) == ["正文"]


def test_more_than_are_worth_their_time_are_left(monkeypatch):
    monkeypatch.setattr(embedded, "MOST", 1)
    assert texts(word(text("正文"), drawing("r1"), drawing("r2"), r1=REFUNDS, r2=SHIPPING)) == ["正文", "Refunds within seven days"]


def test_pictures_of_slides_stand_in_their_place():
    picture = '<p:pic><p:blipFill><a:blip r:embed="r1"/></p:blipFill><p:spPr><a:xfrm><a:off x="0" y="1500000"/></a:xfrm></p:spPr></p:pic>'
    page = slide(shape("上面的内容说明售后", top=1_000_000), picture, shape("下面的内容", top=2_000_000), shape("标题", "title"))
    data = zipped({
        "ppt/presentation.xml": f'<p:presentation {P} {R}><p:sldIdLst><p:sldId r:id="r1"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(r1=("slide", "slides/slide1.xml")),
        "ppt/slides/slide1.xml": page.replace("<p:sld ", f'<p:sld xmlns:r="{RELATION}" ', 1),
        "ppt/slides/_rels/slide1.xml.rels": relations(r1=("image", "../media/a.png")),
        "ppt/media/a.png": REFUNDS,
    })  # fmt: skip
    assert [words for _kind, words, _page in shown(parse_bytes(data, "a.pptx"))] == [
        "标题", "上面的内容说明售后", "Refunds within seven days", "下面的内容",
    ]  # fmt: skip
    assert {number for _kind, _words, number in shown(parse_bytes(data, "a.pptx"))} == {1}
