"""PDF pages: tables stay tables, columns are read one after the other, every line knows its box."""

import io

import pytest
from PIL import Image
from reportlab.lib.utils import ImageReader

from knowledge.ingestion.chunking import chunk_document
from knowledge.ingestion.parsers import parse_bytes
from knowledge.ingestion.types import BlockKind, ParsedDocument, ParseError
from tests.knowledge.ingestion.made_files import HEIGHT, SONG, WIDTH, encoded, pdf, written

LEFT, RIGHT, TOP = 72, 360, 770


def grid(canvas, columns: list[float], rows: list[float]) -> None:
    canvas.grid(columns, rows)


def kinds(parsed: ParsedDocument, *wanted: BlockKind) -> list[str]:
    return [block.text for block in parsed.blocks if block.kind in wanted]


def texts_at(parsed: ParsedDocument) -> dict[str, tuple]:
    return {parsed.text[box.start : box.end]: box for box in parsed.boxes}


def price_table(canvas) -> None:
    grid(canvas, [72, 172, 272, 372], [600, 630, 660, 690])
    for x, cells in ((80, ("X1", "X2")), (180, ("10", "20")), (280, ("九折", "八折"))):
        for y, cell in zip((640, 610), cells, strict=True):
            canvas.drawString(x, y, cell)
    for x, name in ((80, "型号"), (180, "价格"), (280, "折扣")):
        canvas.drawString(x, 670, name)


def test_a_ruled_table_keeps_its_rows_and_header():
    parsed = parse_bytes(pdf(price_table), "a.pdf")
    assert kinds(parsed, BlockKind.TABLE_HEADER) == ["型号 | 价格 | 折扣"]
    assert kinds(parsed, BlockKind.TABLE_ROW) == ["X1 | 10 | 九折", "X2 | 20 | 八折"]


def test_a_merged_cell_stands_in_each_of_its_rows():
    def draw(canvas):
        canvas.line(72, 600, 72, 660), canvas.line(172, 600, 172, 660), canvas.line(272, 600, 272, 660)
        canvas.line(72, 600, 272, 600), canvas.line(72, 660, 272, 660), canvas.line(172, 630, 272, 630)
        canvas.drawString(80, 625, "高速公路"), canvas.drawString(180, 640, "八车道"), canvas.drawString(180, 610, "六车道")

    rows = kinds(parse_bytes(pdf(draw), "a.pdf"), BlockKind.TABLE_ROW, BlockKind.TABLE_HEADER)
    assert rows == ["高速公路 | 八车道", "高速公路 | 六车道"]


def test_a_frame_around_running_text_is_no_table():
    def draw(canvas):
        canvas.grid([60, 70, 540], [80, 780, 800])
        for number in range(40):
            canvas.drawString(80, 760 - 16 * number, "这是一句普通的中文，讲的是公司怎样对待自己的客户。")

    parsed = parse_bytes(pdf(draw), "a.pdf")
    assert kinds(parsed, BlockKind.TABLE_ROW, BlockKind.TABLE_HEADER) == []


def test_text_around_a_table_keeps_its_place():
    def draw(canvas):
        canvas.drawString(72, 720, "表一说明价格。")
        price_table(canvas)
        canvas.drawString(72, 560, "以上价格含税。")

    text = parse_bytes(pdf(draw), "a.pdf").text
    assert text.index("表一说明价格") < text.index("X1 | 10") < text.index("X2 | 20") < text.index("以上价格含税")


def test_two_columns_are_read_one_after_the_other():
    def draw(canvas):
        for number in range(20):
            canvas.drawString(LEFT, TOP - 20 * number, f"左栏第{number:02d}行讲述公司的售后服务政策。"[:22])
            canvas.drawString(RIGHT - 20, TOP - 20 * number, f"右栏第{number:02d}行讲述公司的物流配送政策。"[:22])

    text = parse_bytes(pdf(draw), "a.pdf").text
    assert text.index("左栏第19行") < text.index("右栏第00行")


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_the_box_of_a_line_is_where_it_is_seen(rotation):
    """The line is turned against the page, so that it is seen upright, 100 points below the top edge and 72 from the left."""

    def draw(canvas):
        canvas.setPageRotation(rotation)
        canvas.translate(*{0: (0, 0), 90: (HEIGHT, 0), 180: (WIDTH, HEIGHT), 270: (0, WIDTH)}[rotation])
        canvas.rotate(rotation)
        canvas.drawString(LEFT, HEIGHT - 100, "退货政策是七天之内无理由退货。")

    box = texts_at(parse_bytes(pdf(draw), "a.pdf"))["退货政策是七天之内无理由退货。"]
    assert box.page == 1
    seen = [box.left * WIDTH, box.top * HEIGHT, box.right * WIDTH, box.bottom * HEIGHT]
    assert seen == pytest.approx([LEFT, 90, LEFT + 15 * 12, 103], abs=6)


def test_the_crop_of_a_page_moves_its_boxes():
    def draw(canvas):
        canvas.setCropBox((50, 0, WIDTH, HEIGHT))
        canvas.drawString(50, HEIGHT - 100, "从左边缘开始的一行字。")

    assert texts_at(parse_bytes(pdf(draw), "a.pdf"))["从左边缘开始的一行字。"].left == pytest.approx(0, abs=0.01)


def test_passages_carry_the_boxes_of_their_lines():
    def draw(canvas):
        for page in range(3):
            canvas.setFont(SONG, 12)
            for number in range(30):
                canvas.drawString(LEFT, TOP - 20 * number, f"第{page}页第{number}行说明各种商品怎样退货，以及运费由谁承担。")
            canvas.showPage()

    parsed = parse_bytes(pdf(draw), "a.pdf")
    chunks = chunk_document(parsed)
    assert len(chunks) > 1
    assert all(chunk.boxes and chunk.boxes[0].page == chunk.page for chunk in chunks)
    assert all(box.end > chunk.start and box.start < chunk.end for chunk in chunks for box in chunk.boxes)
    assert len({box for chunk in chunks for box in chunk.boxes}) == len(parsed.boxes) == 90


@pytest.mark.parametrize(("user", "outcome"), [("", "text"), ("secret", "encrypted")])
def test_only_a_password_that_is_needed_locks_a_file(user, outcome):
    from reportlab.lib.pdfencrypt import StandardEncryption

    data = pdf(lambda canvas: canvas.drawString(72, 700, "受保护的内容"), encrypt=StandardEncryption(user, "owner", canPrint=0))
    try:
        said = "text" if "受保护的内容" in parse_bytes(data, "a.pdf").text else "nothing"
    except ParseError as error:
        said = error.code
    assert said == outcome


def test_a_file_of_too_many_pages_is_refused(monkeypatch):
    monkeypatch.setattr("knowledge.ingestion.parsers.pdf.MAX_PAGES", 3)
    with pytest.raises(ParseError, match="too_many_pages"):
        parse_bytes(pdf(lambda canvas: [canvas.showPage() for _ in range(5)]), "a.pdf")


def scan(lines: list[str], hidden: str = "") -> bytes:
    def draw(canvas):
        canvas.drawImage(ImageReader(Image.open(io.BytesIO(encoded(written(lines))))), 0, HEIGHT - 600, WIDTH, 600)
        text = canvas.beginText(72, HEIGHT - 60)
        text.setTextRenderMode(3)
        text.setFont("Helvetica", 14)
        text.textLine(hidden)
        canvas.drawText(text)

    return pdf(draw)


def test_a_scanned_page_is_read_with_its_boxes():
    parsed = parse_bytes(scan(["Refunds within seven days", "Shipping is free"]), "a.pdf")
    box = next(box for text, box in texts_at(parsed).items() if "Refunds" in text)
    assert "Refunds within seven days" in parsed.text
    assert (box.page, parsed.pages) == (1, 1)
    assert box.left == pytest.approx(80 / 1200, abs=0.02)
    assert box.top == pytest.approx(60 / 800 * 600 / HEIGHT, abs=0.03)


def test_a_wrong_text_layer_of_a_scan_is_read_anew():
    text = parse_bytes(scan(["Refunds within seven days"], hidden="Rxfnds wlthln sxvxn dzys qqqqq wwwww eeeee"), "a.pdf").text
    assert text == "Refunds within seven days"


def test_a_running_header_is_kept_once_and_page_numbers_are_not():
    def draw(canvas):
        for page in range(4):
            canvas.setFont(SONG, 12)
            canvas.drawString(72, 810, "售后手册内部资料")
            for number in range(10):
                canvas.drawString(72, 700 - 20 * number, f"第{page}组第{number}条：商品可以退。")
            canvas.drawString(280, 30, f"第 {page + 1} 页")
            canvas.showPage()

    text = parse_bytes(pdf(draw), "a.pdf").text
    assert text.count("售后手册内部资料") == 1
    assert "1 页" not in text


def test_a_page_of_unreadable_letters_is_not_taken_for_text():
    def draw(canvas):
        canvas.drawImage(ImageReader(written(["Refunds within seven days"])), 0, HEIGHT - 400, WIDTH, 400)
        canvas.drawString(72, 100, "ĀĂĄĆĈĊČĎ" * 4)

    assert "Refunds within seven days" in parse_bytes(pdf(draw), "a.pdf").text
