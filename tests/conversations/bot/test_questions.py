import pytest

from conversations.bot.candidates import offers
from conversations.bot.cues import Wanted, wanted
from conversations.bot.questions import asked, parts, without_personal

KINDS = [
    ("保温杯多少钱", Wanted.AMOUNT),
    ("2022年高考报名人数", Wanted.AMOUNT),
    ("几天内可以退货", Wanted.TIME),
    ("什么时候发货", Wanted.TIME),
    ("保修期多久", Wanted.TIME),
    ("客服在哪里", Wanted.PLACE),
    ("2022年澳网男单冠军", Wanted.WHO),
    ("《胡同儿》的导演是谁", Wanted.WHO),
    ("吉祥物叫什么", Wanted.WHICH),
    ("怎么退货", Wanted.HOW),
    ("断网了如何处理", Wanted.HOW),
    ("能放洗碗机吗", Wanted.WHETHER),
    ("存在哪些风险", Wanted.ANY),
    ("两种套餐的区别是什么", Wanted.ANY),
]
PARTS = [
    ("保修期多久", ["保修期多久"]),
    ("2022年澳网男单和女单冠军是谁", ["2022年澳网男单冠军是谁", "2022年澳网女单冠军是谁"]),
    ("2022年和2023年高考人数", ["2022年高考人数", "2023年高考人数"]),
    ("2023年温网男女单冠军", ["2023年温网男单冠军", "2023年温网女单冠军"]),
    ("国葬的时间和地点", ["国葬的时间", "国葬的地点"]),
]


@pytest.mark.parametrize(("question", "kind"), KINDS)
def test_what_kind_of_answer_is_wanted(question, kind):
    assert wanted(question) is kind


@pytest.mark.parametrize(("question", "pieces"), PARTS)
def test_a_question_for_two_things_is_two_questions(question, pieces):
    assert parts(question) == pieces


@pytest.mark.parametrize(
    ("masked", "searched"),
    [
        ("我的手机<手机号_1>，积分怎么用", "积分怎么用"),
        ("积分怎么用？我的邮箱是<邮箱_1>", "积分怎么用？"),
        ("手机号<手机号_1>收不到验证码", "手机号 收不到验证码"),
        ("<手机号_1>", ""),
        ("积分怎么用", "积分怎么用"),
    ],
)
def test_personal_data_is_not_searched_for(masked, searched):
    assert without_personal(masked) == searched


@pytest.mark.parametrize("question", ["退货运费谁出", "运费由谁承担？", "换货运费谁来付", "寄回的钱谁掏啊"])
def test_who_pays_is_answered_by_whoever_bears_it(question):
    sentence = "退货运费由买家承担，质量问题由我们负责。"
    assert [sentence[start:end] for start, end in offers(asked(question).kind, sentence, question)] == ["买家", "我们"]


def test_the_verb_of_who_pays_says_nothing_of_what_is_asked():
    assert set(asked("运费由谁承担？").weights) == {"运费"}
    assert "负责" in asked("谁负责售后").weights
