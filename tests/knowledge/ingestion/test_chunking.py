"""Properties of chunks, over random documents."""

import pytest

from knowledge.ingestion.chunking import HARD_CAP, MAX_WORDS, MIN_WORDS, chunk_document, index_text
from knowledge.ingestion.parsers.builder import DocumentBuilder
from knowledge.ingestion.parsers.markdown import parse_text
from knowledge.ingestion.parsers.questions import pair_questions
from knowledge.ingestion.sentences import sentence_spans
from knowledge.ingestion.types import BlockKind, ParsedDocument
from knowledge.ingestion.words import WORD, count_words
from tests.knowledge.ingestion.random_documents import document

SEEDS = range(40)


def covered(parsed: ParsedDocument) -> None:
    """Every word stands in a chunk or in the heading path of one."""
    chunks = chunk_document(parsed)
    inside = bytearray(len(parsed.text))
    for chunk in chunks:
        inside[chunk.start : chunk.end] = b"\x01" * (chunk.end - chunk.start)
    titles = {title for chunk in chunks for title in chunk.heading_path}
    for block in parsed.blocks:
        if block.kind is BlockKind.HEADING and block.text in titles:
            inside[block.start : block.end] = b"\x01" * (block.end - block.start)
    assert not [match[0] for match in WORD.finditer(parsed.text) if not inside[match.start()]]


@pytest.mark.parametrize("seed", SEEDS)
def test_every_word_is_in_a_chunk(seed):
    covered(document(seed))


@pytest.mark.parametrize("seed", SEEDS)
def test_offsets_words_and_order_are_exact(seed):
    parsed = document(seed)
    chunks = chunk_document(parsed)
    assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
    assert [chunk.start for chunk in chunks] == sorted(chunk.start for chunk in chunks)
    for chunk in chunks:
        own = parsed.text[chunk.start : chunk.end]
        assert chunk.text == own or chunk.text.endswith(f"\n{own}")
        assert chunk.words == count_words(chunk.text)


@pytest.mark.parametrize("seed", SEEDS)
def test_no_chunk_is_over_the_limit_unless_one_sentence_or_row_is(seed):
    parsed = document(seed)
    for chunk in chunk_document(parsed):
        assert chunk.words <= HARD_CAP
        if chunk.words > MAX_WORDS:
            body = parsed.text[chunk.start : chunk.end]
            assert len(sentence_spans(body)) == 1 or any(block.start == chunk.start and block.end == chunk.end for block in parsed.blocks)


@pytest.mark.parametrize("seed", SEEDS)
def test_sentences_and_rows_are_never_cut(seed):
    """Units up to the hard cap lie in one chunk as a whole."""
    parsed = document(seed)
    chunks = chunk_document(parsed)
    rows = (BlockKind.TABLE_ROW, BlockKind.TABLE_HEADER)
    spans = [(b.start, b.end) for b in parsed.blocks if b.kind in rows]
    spans += [
        span for b in parsed.blocks if b.kind not in (*rows, BlockKind.HEADING) for span in sentence_spans(parsed.text, b.start, b.end)
    ]
    starts = sorted((chunk.start, chunk.end) for chunk in chunks)
    for start, end in spans:
        if count_words(parsed.text[start:end]) <= HARD_CAP and end - start <= HARD_CAP:
            assert any(a <= start and end <= b for a, b in starts)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_question_keeps_its_answer_and_is_alone(seed):
    parsed = document(seed)
    chunks = chunk_document(parsed)
    for block in (b for b in parsed.blocks if b.kind is BlockKind.QA):
        own = [chunk for chunk in chunks if chunk.start < block.end and block.start < chunk.end]
        assert all(chunk.kind == "qa" and chunk.question == block.question and chunk.end <= block.end for chunk in own)
        assert all(block.question in chunk.text for chunk in own)
        assert len(own) == 1 or count_words(block.text) > MAX_WORDS


def test_most_chunks_are_of_the_wanted_size():
    prose = [chunk for seed in SEEDS for chunk in chunk_document(document(seed)) if chunk.kind != "qa"]
    fitting = sum(MIN_WORDS <= chunk.words <= MAX_WORDS for chunk in prose)
    assert fitting / len(prose) > 0.6  # question-answer pairs and giant sentences leave odd pieces between them


def plain(*paragraphs: str, heading: str = "") -> ParsedDocument:
    builder = DocumentBuilder()
    if heading:
        builder.add(BlockKind.HEADING, heading, level=1)
    for text in paragraphs:
        builder.add(BlockKind.PARAGRAPH, text)
    return builder.build()


def test_a_short_document_is_one_chunk():
    assert len(chunk_document(plain("短。", "也短。", heading="题"))) == 1


def test_a_long_text_gives_chunks_of_200_to_500_words():
    chunks = chunk_document(plain(*["这是一句二十个字左右的普通中文句子而已。" * 4] * 60))
    assert all(MIN_WORDS <= chunk.words <= MAX_WORDS for chunk in chunks)


def test_small_sections_join_under_their_parent_and_large_ones_keep_their_path():
    section = "正文一句话。" * 20  # 100 words
    text = "# 手册\n" + "".join(f"## 甲{n}\n{section}\n" for n in range(3)) + f"# 附录\n## 乙\n{section * 3}\n"
    chunks = chunk_document(parse_text(text))
    assert [chunk.heading_path for chunk in chunks] == [("手册",), ("附录", "乙")]


def test_pieces_of_a_table_repeat_its_header():
    builder = DocumentBuilder()
    builder.add_row(["型号", "价格"], header=True)
    for number in range(300):
        builder.add_row([f"型号{number}", f"{number}元"])
    chunks = chunk_document(builder.build())
    assert len(chunks) > 2
    assert all(chunk.text.startswith("型号 | 价格\n") and chunk.kind == "table" for chunk in chunks)


def test_a_long_answer_repeats_its_question():
    builder = DocumentBuilder()
    builder.add(BlockKind.QA, "怎么退货？\n" + "把商品寄回仓库并填写单号即可。" * 100, question="怎么退货？")
    chunks = chunk_document(builder.build())
    assert len(chunks) > 1
    assert all(chunk.text.startswith("怎么退货？\n") and chunk.words <= MAX_WORDS for chunk in chunks)


def test_a_heading_is_never_left_alone():
    chunks = chunk_document(plain("一句话。" * 130, heading="题目"))
    assert chunks[0].text.startswith("题目")
    assert count_words(chunks[0].text) >= MIN_WORDS


def test_marked_questions_become_pairs():
    parsed = pair_questions(parse_text("# FAQ\n\nQ：能退吗？\n\nA：能。七天内。\n\n问：多久到账？\n答：三天。\n"))
    chunks = chunk_document(parsed)
    assert [(chunk.kind, chunk.question) for chunk in chunks] == [("qa", "能退吗？"), ("qa", "多久到账？")]
    assert chunks[0].heading_path == ("FAQ",)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("他说：“好。走！”然后走了。第二句。", 2),
        ("价格是3.5元，版本v2.10.1，见https://a.cn/?a=1;b=2。完。", 2),
        ("Mr. Wang paid $3.50. He left! Why? No.", 4),
        ("第一行\n第二行", 2),
        ("1. 安装 2. 重启。", 1),
        ("真的吗？！是的……好吧。", 3),
    ],
)
def test_sentence_ends(text, count):
    assert len(sentence_spans(text)) == count


def test_what_is_embedded_names_title_and_headings_once():
    assert index_text("手册", ("手册", "退货"), "退货\n七天内。") == "手册\n退货\n七天内。"


@pytest.mark.parametrize("text", ["字" * 400_000, "a" * 400_000, "!" * 400_000, "“（" * 100_000 + "字", "字\n" * 100_000], ids=range(5))
def test_time_is_linear_for_hostile_text(text):
    """Quadratic behaviour would take minutes here."""
    chunks = chunk_document(plain(text))
    assert all(len(chunk.text) <= 12 * HARD_CAP for chunk in chunks)
