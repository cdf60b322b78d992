from conversations.bot.sentences import answer_at, sentences_of
from knowledge.types import Hit

DOCUMENT = "头\n| 型号 | 价格 |\n| A | 1元 |\n| B | 2元 |\n问：怎么退货？\n如何退款？\n答：七天内申请。联系客服。"


def hit(text: str, start: int, end: int, question: str = "") -> Hit:
    return Hit(1, 1, 1, 1, "t", (), None, text, question, "text", start, end, 0.0, 0.0, None, None, None, None, ())


def test_offsets_count_in_the_document():
    for sentence in sentences_of(hit(DOCUMENT[2:], 2, len(DOCUMENT))):
        assert DOCUMENT[sentence.start : sentence.end] == sentence.text


def test_a_repeated_header_is_not_quoted():
    row = DOCUMENT.index("| B")
    end = DOCUMENT.index("\n问")
    found = sentences_of(hit("| 型号 | 价格 |\n" + DOCUMENT[row:end], row, end))
    assert [sentence.text for sentence in found] == ["| B | 2元 |"]
    assert DOCUMENT[found[0].start : found[0].end] == found[0].text


def test_of_a_pair_the_answer_is_quoted():
    start = DOCUMENT.index("问：")
    pair = hit(DOCUMENT[start:], start, len(DOCUMENT), question="怎么退货？")
    found = sentences_of(pair)
    assert [sentence.text for sentence in found] == ["七天内申请。", "联系客服。"]
    assert DOCUMENT[found[0].start : found[0].end] == "七天内申请。"
    assert pair.text[answer_at(pair) :] == "七天内申请。联系客服。"
