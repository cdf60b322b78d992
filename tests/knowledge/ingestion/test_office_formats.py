"""Presentations, books, mails and the Office files of the nineties."""

import io
import zipfile
from email.message import EmailMessage

import pytest

from knowledge.ingestion.parsers import parse_bytes
from knowledge.ingestion.types import BlockKind, ParsedDocument, ParseError
from tests.knowledge.ingestion.made_files import ole, word_97

P = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"'
A = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def zipped(parts: dict[str, str | bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return stream.getvalue()


def shown(parsed: ParsedDocument) -> list[tuple[str, str, int | None]]:
    return [(block.kind.value, block.text, block.page) for block in parsed.blocks]


def paragraph(text: str) -> str:
    return f"<a:p><a:r><a:t>{text}</a:t></a:r></a:p>"


def shape(text: str, kind: str = "", top: int = 0) -> str:
    holder = f'<p:ph type="{kind}"/>' if kind else ""
    place = f'<p:spPr><a:xfrm><a:off x="0" y="{top}"/></a:xfrm></p:spPr>'
    return f"<p:sp><p:nvSpPr><p:nvPr>{holder}</p:nvPr></p:nvSpPr>{place}<p:txBody>{paragraph(text)}</p:txBody></p:sp>"


def slide(*shapes: str) -> str:
    return f"<p:sld {P} {A}><p:cSld><p:spTree>{''.join(shapes)}</p:spTree></p:cSld></p:sld>"


def relations(**targets: str) -> str:
    rows = "".join(f'<Relationship Id="{key}" Type="{RELATION}/{value[0]}" Target="{value[1]}"/>' for key, value in targets.items())
    return f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{rows}</Relationships>'


def presentation(**extra: str) -> bytes:
    table = "".join(
        f"<a:tr>{''.join(f'<a:tc><a:txBody>{paragraph(cell)}</a:txBody></a:tc>' for cell in row)}</a:tr>"
        for row in (("型号", "价格"), ("X1", "10"))
    )
    frame = f"<p:graphicFrame><a:graphic><a:graphicData><a:tbl>{table}</a:tbl></a:graphicData></a:graphic></p:graphicFrame>"
    return zipped({
        "ppt/presentation.xml": f'<p:presentation {P} {R}><p:sldIdLst><p:sldId r:id="r2"/><p:sldId r:id="r1"/></p:sldIdLst></p:presentation>',
        "ppt/_rels/presentation.xml.rels": relations(r1=("slide", "slides/slide1.xml"), r2=("slide", "slides/slide2.xml")),
        "ppt/slides/slide1.xml": slide(frame, shape("9", "sldNum")),
        "ppt/slides/slide2.xml": slide(shape("下面的内容说明售后", top=2_000_000), shape("上面的内容", top=1_000_000), shape("售后服务", "title")),
        "ppt/slides/_rels/slide2.xml.rels": relations(n=("notesSlide", "../notesSlides/notes1.xml")),
        "ppt/notesSlides/notes1.xml": slide(shape("讲到这里请客户提问", "body")),
        **extra,
    })  # fmt: skip


def test_slides_are_pages_in_the_order_shown():
    parsed = parse_bytes(presentation(), "a.pptx")
    assert (parsed.format, parsed.title, parsed.pages) == ("pptx", "售后服务", 2)
    assert shown(parsed) == [
        ("heading", "售后服务", 1), ("paragraph", "上面的内容", 1), ("paragraph", "下面的内容说明售后", 1), ("paragraph", "讲到这里请客户提问", 1),
        ("table_header", "型号 | 价格", 2), ("table_row", "X1 | 10", 2),
    ]  # fmt: skip


def test_macros_of_a_presentation_are_never_looked_at():
    parsed = parse_bytes(presentation(**{"ppt/vbaProject.bin": "Sub AutoOpen()"}), "a.pptm")
    assert "AutoOpen" not in parsed.text


def test_entities_in_a_presentation_are_refused():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>'
    with pytest.raises(ParseError, match="unsafe"):
        parse_bytes(presentation(**{"ppt/slides/slide3.xml": bomb}), "a.pptx")


def book(**extra: str) -> bytes:
    container = '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles><rootfile full-path="OPS/book.opf"/></rootfiles></container>'
    package = """<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>手册</dc:title></metadata>
        <manifest><item id="b" href="b.xhtml" media-type="application/xhtml+xml"/><item id="a" href="a%20b.xhtml" media-type="application/xhtml+xml"/>
        <item id="out" href="../../../etc/passwd" media-type="text/html"/></manifest>
        <spine><itemref idref="a"/><itemref idref="b"/><itemref idref="out"/></spine></package>"""
    chapter = "<html><body><h1>{}</h1><p>{}</p></body></html>"
    return zipped({
        "mimetype": "application/epub+zip", "META-INF/container.xml": container, "OPS/book.opf": package,
        "OPS/a b.xhtml": chapter.format("第一章", "先读这里。"), "OPS/b.xhtml": chapter.format("第二章", "再读这里。"), **extra,
    })  # fmt: skip


def test_a_book_is_read_in_the_order_of_its_spine():
    parsed = parse_bytes(book(), "a.epub")
    assert (parsed.format, parsed.title) == ("epub", "手册")
    assert [text for _kind, text, _page in shown(parsed)] == ["第一章", "先读这里。", "第二章", "再读这里。"]


def test_a_locked_book_says_so():
    locked = '<encryption><EncryptedData><CipherData><CipherReference URI="OPS/b.xhtml"/></CipherData></EncryptedData></encryption>'
    with pytest.raises(ParseError, match="encrypted"):
        parse_bytes(book(**{"META-INF/encryption.xml": locked}), "a.epub")


def mail() -> EmailMessage:
    message = EmailMessage()
    message["Subject"], message["From"], message["Date"] = "关于退货", "客服 <a@example.com>", "Mon, 02 Mar 2026 10:00:00 +0800"
    message.set_content("您好，\n\n七天之内可以退货。")
    return message


def test_a_mail_gives_subject_body_and_attachments():
    message = mail()
    message.add_attachment("# 附则\n\n运费由买家承担。".encode(), maintype="text", subtype="markdown", filename="附则.md")
    message.add_attachment(b"MZ\x90\x00", maintype="application", subtype="octet-stream", filename="坏.exe")
    parsed = parse_bytes(message.as_bytes(), "a.eml")
    assert (parsed.format, parsed.title) == ("eml", "关于退货")
    assert [text for _kind, text, _page in shown(parsed)] == [
        "关于退货", "发件人：客服 <a@example.com>\n日期：Mon, 02 Mar 2026 10:00:00 +0800", "您好，", "七天之内可以退货。",
        "附件：附则.md", "附则", "运费由买家承担。", "附件：坏.exe",
    ]  # fmt: skip


def test_the_html_of_a_mail_is_preferred_for_its_tables():
    message = mail()
    message.add_alternative("<table><tr><th>型号</th><th>价</th></tr><tr><td>X1</td><td>9</td></tr></table>", subtype="html")
    parsed = parse_bytes(message.as_bytes(), "a.eml")
    assert ("table_row", "X1 | 9", None) in shown(parsed)
    assert "七天之内" not in parsed.text


def test_mails_in_mails_end():
    inner = mail()
    for _ in range(6):
        outer = mail()
        outer.add_attachment(inner.as_bytes(), maintype="application", subtype="octet-stream", filename="inner.eml")
        inner = outer
    assert parse_bytes(inner.as_bytes(), "a.eml").text.count("附件：") == 3


def test_a_gb18030_mail_is_read():
    head = "Subject: =?gb2312?B?zcu79Q==?=\r\nFrom: a@example.com\r\nContent-Type: text/plain; charset=gb2312\r\n\r\n"
    parsed = parse_bytes(head.encode() + "七天之内可以退货。".encode("gb18030"), "a.eml")
    assert (parsed.title, "七天之内可以退货。" in parsed.text) == ("退货", True)


def test_a_word_97_file_is_read_also_without_its_styles():
    parsed = parse_bytes(
        word_97("第一章 总则\r七天之内退货。\r型号\x07价格\x07\x07X1\x0710\x07\x07\x13 HYPERLINK x \x14链接\x15\r"), "a.doc"
    )
    assert (parsed.format, parsed.title) == ("doc", "第一章 总则")
    assert [text for _kind, text, _page in shown(parsed)] == ["第一章 总则", "七天之内退货。", "型号 | 价格", "X1 | 10", "链接"]


@pytest.mark.parametrize(
    "streams", [{"WordDocument": b"\x00" * 5000}, {"WordDocument": b"", "1Table": b"\x02\xff\xff\xff\xff"}, {"Workbook": b"\x09\x08"}]
)
def test_damaged_old_files_say_so(streams):
    with pytest.raises(ParseError, match="corrupt"):
        parse_bytes(ole(streams), "a.doc")


def test_other_old_files_say_what_to_do():
    with pytest.raises(ParseError, match="old_office"):
        parse_bytes(ole({"PowerPoint Document": b"x"}), "a.ppt")


def test_the_kind_of_block_of_slide_lists_is_a_list():
    lines = "".join(map(paragraph, ("甲", "乙", "丙")))
    body = f"<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:txBody>{lines}</p:txBody></p:sp>"
    parsed = parse_bytes(presentation(**{"ppt/slides/slide1.xml": slide(body)}), "a.pptx")
    assert [block.text for block in parsed.blocks if block.kind is BlockKind.LIST] == ["甲", "乙", "丙"]
