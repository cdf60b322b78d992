import pytest

from conversations.bot import rules
from conversations.bot.steps.risk import risk
from conversations.models import RiskRule
from conversations.types import BotState, Outcome, Verdict
from knowledge.types import Scope


@pytest.fixture(autouse=True)
def fresh(db):
    rules.forget()
    yield
    rules.forget()


RISKY = [
    ("推荐我买哪只股票", "投资理财"), ("这个基金保本吗", "投资理财"), ("你们能贷款吗", "贷款"), ("借钱利息多少", "贷款"), ("怎么买保险", "保险"),
    ("车险理赔要什么材料", "保险"), ("怎么避税", "税务"), ("个税怎么算", "税务"), ("我要起诉你们", "法律纠纷"), ("再不退我打12315", "法律纠纷"),
    ("你们要赔偿我的损失", "赔偿承诺"), ("能赔我多少", "赔偿承诺"), ("我要投诉你们", "投诉"), ("客服态度太差", "投诉"), ("怎么解除合同", "合同"),
    ("违约金怎么算", "合同"), ("这个能治疗失眠吗", "医疗健康"), ("孕妇可以用吗", "医疗健康"),
]  # fmt: skip
HARMLESS = [
    "多少钱", "怎么退货", "七天无理由退货吗", "保修期多久", "运费谁出", "可以开发票吗", "保险柜多少钱", "什么时候发货", "退款多久到账", "支持花呗分期吗",
    "黄金会员有什么权益", "这款基础款多少钱", "投影仪保修多久", "税前价格是多少", "怎么投诉快递", "会员积分怎么算", "可以换货吗", "价格保护规则是什么",
]  # fmt: skip


@pytest.mark.parametrize(("question", "topic"), RISKY)
def test_default_rules_catch(question, topic):
    assert topic in rules.topics(question, "")


@pytest.mark.parametrize("question", HARMLESS)
def test_everyday_questions_pass(question):
    assert rules.topics(question, "自签收之日起7天内可以无理由退货，售价129元，保修期两年，运费由本店承担。") == ()


def test_promises_in_an_answer_are_caught():
    assert rules.topics("杯子碎了怎么办", "我们承诺全额赔偿您的损失。") == ("赔偿承诺",)
    assert rules.topics("收益怎么样", "预期收益为每年百分之八。") == ("投资理财",)


def test_an_edited_rule_counts_after_a_moment():
    assert rules.topics("怎么退货", "") == ()
    RiskRule.objects.create(topic="竞品", question_patterns="别家\n(坏了的表达式")
    assert rules.topics("别家多少钱", "") == ()
    rules.forget()
    assert rules.topics("别家多少钱", "") == ("竞品",)
    assert rules.topics("有 (坏了的表达式 吗", "") == ("竞品",)
    RiskRule.objects.update(enabled=False)
    rules.forget()
    assert rules.topics("别家多少钱，怎么贷款", "") == ()


@pytest.fixture
def classifier(monkeypatch):
    """classifier({"价格争议": 0.9}) is what a trained one says of every text."""

    def make(said: dict[str, float]) -> None:
        monkeypatch.setattr(rules, "CLASSIFIERS", {"test": lambda _text: said})

    return make


def test_a_classifier_adds_what_it_is_sure_of(classifier):
    classifier({"价格争议": 0.9, "闲聊": 0.2})
    assert rules.topics("能便宜点吗", "") == ("价格争议",)
    RiskRule.objects.create(topic="价格争议", enabled=False)
    assert rules.topics("能便宜点吗", "") == ()


@pytest.mark.parametrize(
    ("levels", "strictest"), [(["review", "double"], "double"), (["double", "block"], "block"), (["review"], "review"), ([], "review")]
)
def test_the_strictest_level_counts(levels, strictest):
    for number, level in enumerate(levels):
        RiskRule.objects.create(topic=f"t{number}", level=level)
    assert rules.level_of([f"t{number}" for number in range(len(levels))]) == strictest


def test_a_blocked_topic_is_refused_and_offered_to_a_person(settings):
    RiskRule.objects.create(topic="竞品", level="block", question_patterns="别家")
    state = risk(BotState(question="", scope=Scope(()), masked="别家多少钱", answer="129元。"))
    assert (state.outcome, state.verdict, state.answer, state.reason) == (Outcome.REFUSE, Verdict.RISKY, settings.REFUSAL_TEXT, "竞品")


def test_names_in_both_languages():
    assert (rules.shown_topic("投诉", "en"), rules.shown_topic("投诉", "zh-hans")) == ("complaints", "投诉")
    assert all(row.name_en for row in RiskRule.objects.all())
