import pytest

from conversations.bot import rules
from conversations.models import RiskRule


@pytest.fixture(autouse=True)
def fresh(db):
    rules.forget()
    yield
    rules.forget()


RISKY = [
    ("推荐我买哪只股票", "投资理财"), ("这个基金保本吗", "投资理财"), ("你们能贷款吗", "贷款"), ("借钱利息多少", "贷款"), ("怎么买保险", "保险"),
    ("车险理赔要什么材料", "保险"), ("怎么避税", "税务"), ("个税怎么算", "税务"), ("我要起诉你们", "法律纠纷"), ("再不退我打12315", "法律纠纷"),
    ("你们要赔偿我的损失", "赔偿承诺"), ("能赔我多少", "赔偿承诺"),
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
