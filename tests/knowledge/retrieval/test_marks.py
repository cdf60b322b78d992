import pytest

from knowledge.retrieval.marks import marks


def marked(text: str, *words: str) -> str:
    pieces, at = [], 0
    for start, end in marks(text, words):
        pieces += [text[at:start], "[", text[start:end], "]"]
        at = end
    return "".join([*pieces, text[at:]])


@pytest.mark.parametrize(
    ("text", "words", "expected"),
    [
        ("签收七天内可以退货", ["退货", "七天"], "签收[七天]内可以[退货]"),
        ("型号 ＡＢ－１２０３ 的滤芯", ["ab-1203", "滤芯"], "型号 [ＡＢ－１２０３] 的[滤芯]"),
        ("電腦保修兩年", ["电脑", "保修"], "[電腦保修]兩年"),
        ("重 5㎏ 的箱子", ["kg"], "重 5[㎏] 的箱子"),
        ("iPhone15Pro 和 2015 年", ["15", "iphone"], "[iPhone15]Pro 和 2015 年"),
        ("退货运费", ["退货", "货运"], "[退货运]费"),
        ("我的退货的钱", ["的", "退货"], "我的[退货]的钱"),
        ("我的钱", ["的"], "我[的]钱"),
        ("<b>a+b</b>", ["a+b", ""], "<b>[a+b]</b>"),
        ("什么都没有", [], "什么都没有"),
    ],
)
def test_words_are_found_as_the_search_reads_them(text, words, expected):
    assert marked(text, *words) == expected
