"""Codes in questions: what is one, and where a text names it."""

import pytest

from conversations.bot.words import codes_in, names, question_words, whole_codes


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("机器人报E12怎么办", ("e12",)),
        ("HU-600 适合多大的房间", ("hu-600",)),
        ("升级到v2.1.3报错", ("v2.1.3",)),
        ("5kg的包裹多少钱", ()),
        ("支持4K吗", ()),
        ("2024年的政策", ()),
        ("怎么退货", ()),
    ],
)
def test_codes_of_a_question(question, codes):
    assert codes_in(question_words(question)) == codes


@pytest.mark.parametrize("text", ["型号 hu-600 无雾", "hu600加湿器", "hu 600"])
def test_a_code_is_named_however_it_is_joined(text):
    assert names(text, "hu-600")


@pytest.mark.parametrize("text", ["hu-6000", "ahu-600", "hu-60 0", "加湿器 600"])
def test_a_longer_code_is_another_one(text):
    assert not names(text, "hu-600")


def test_a_variant_is_another_model():
    assert names("rv-s10 扫地机器人", "rv-s10")
    assert not names("rv-s10 pro 扫拖一体机", "rv-s10")
    assert whole_codes(("rv-s10",), "rv-s10 pro多少钱") == ("rv-s10 pro",)
    assert names("rv-s10 pro 扫拖一体机", "rv-s10 pro")


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("怎么开发票", ["开", "发票"]),
        ("发票怎么开", ["发票", "开"]),
        ("如何补报名", ["补", "报名"]),
        ("软件开发商是谁", ["软件", "开发商"]),
    ],
)
def test_a_verb_grown_together_with_its_object_is_two_words(question, words):
    assert question_words(question) == words
