"""Two wordings of one question, and two questions in nearly the same words."""

import pytest

from conversations.bot.alike import LEAST_COSINE, is_hit, same_key, same_question, skeleton

WORDINGS = [
    ("怎么申请退货？", "如何申请退货"),
    ("您好，请问开发票需要多长时间", "开发票要多久呢"),
    ("可不可以用花呗付款", "可以用花呗付款吗？"),
    ("登陆不了怎么办", "登录不了如何处理"),
    ("怎么修改收货地址", "我怎么更改收货地址啊"),
    ("三天内能退吗", "3天内能不能退"),
]
OTHERS = [
    ("退货运费多少钱", "换货运费多少钱"),
    ("5天内能退吗", "6天内能退吗"),
    ("可以退货吗", "不可以退货吗"),
    ("北京到上海怎么走", "上海到北京怎么走"),
    ("怎么开通会员", "为什么开通会员"),
    ("会员怎么开通", "会员怎么取消"),
    ("AB-1203怎么用", "AB-1204怎么用"),
    ("1.5升的多少钱", "15升的多少钱"),
    ("你多大了，怎么算的", "我多大了，怎么算的"),
    ("保温杯多久发货", "保温杯什么时候发货"),
    ("退货", "换货"),
]


@pytest.mark.parametrize(("one", "other"), WORDINGS)
def test_another_grammar_is_the_same_question(one, other):
    assert same_question(one, other, 0.98)
    assert same_question(other, one, 0.98)


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_one_word_more_or_less_is_another_question_however_near(one, other):
    assert not is_hit(one, other, 1.0)


def test_words_alone_are_not_enough():
    assert not same_question("怎么申请退货？", "如何申请退货", LEAST_COSINE - 0.01)


@pytest.mark.parametrize("text", ["怎么办", "呢", "", "？？"])
def test_a_question_about_nothing_is_never_the_same(text):
    assert not same_question(text, text + "啊", 1.0)


@pytest.mark.parametrize(("one", "other"), [("ＡＢ－1203 怎麼用？", "ab-1203怎么用"), ("怎么 退货!", "怎么退货？")])
def test_spelling_does_not_count(one, other):
    assert same_key(one) == same_key(other)


@pytest.mark.parametrize(("one", "other"), [("1.5", "15"), ("c++怎么学", "c怎么学"), ("5%吗", "5吗")])
def test_signs_that_mean_something_count(one, other):
    assert same_key(one) != same_key(other)


def test_what_is_denied_is_seen():
    assert skeleton("怎么不能退货").denied
