import pytest

from conversations.bot.followups import items_of, read
from conversations.types import Exchange

CUP = [Exchange("星河保温杯AB-1203容量多大？", "容量是480毫升。[1]")]
RETURNS = [Exchange("保温杯可以退货吗？", "自签收之日起7天内可以退货。[1]")]
FREIGHT = [Exchange("退货运费谁承担？", "退货运费由买家承担。[1]")]
LEVELS = [Exchange("会员有哪些等级？", "会员分为银卡、金卡和钻石卡。[1]")]
STEPS = [Exchange("空气净化器怎么换滤芯？", "1. 关机断电\n2. 打开后盖\n3. 取出旧滤芯[1]")]
DAYS = [Exchange("发到北京要几天？", "2至3天。[1]")]


@pytest.mark.parametrize(
    ("history", "question", "alone"),
    [
        (CUP, "多少钱？", "星河保温杯AB-1203多少钱"),
        (CUP, "它能用洗碗机洗吗", "星河保温杯AB-1203能用洗碗机洗吗"),
        (CUP, "这个保修多久", "星河保温杯AB-1203保修多久"),
        (CUP, "那款有货吗", "星河保温杯AB-1203有货吗"),
        (CUP, "那AB-1204呢？", "星河保温杯AB-1204容量多大"),
        (CUP, "那保修期呢", "星河保温杯AB-1203的保修期"),
        (CUP, "还有吗", "除此之外，星河保温杯AB-1203容量多大"),
        (RETURNS, "那换货呢", "保温杯可以换货吗"),
        (RETURNS, "电饭煲呢", "电饭煲可以退货吗"),
        (RETURNS, "运费呢", "保温杯退货的运费"),
        (FREIGHT, "那换货呢", "换货运费谁承担"),
        (FREIGHT, "多久", "退货运费多久"),
        (LEVELS, "第二个呢", "会员金卡的具体内容"),
        (LEVELS, "最后一个怎么升级", "会员钻石卡怎么升级"),
        (STEPS, "第二步呢", "空气净化器打开后盖的具体内容"),
        (DAYS, "那上海呢", "发到上海要几天"),
        ([*CUP, Exchange("退货运费谁承担", "买家")], "它多重", "星河保温杯AB-1203多重"),
    ],
)
def test_a_follow_up_becomes_a_question_of_its_own(history, question, alone):
    reading = read(question, history)
    assert (reading.text, reading.depends) == (alone, True)


@pytest.mark.parametrize(
    "question",
    [
        "能退货吗",
        "这个月有活动吗",
        "这款电饭煲多少钱",
        "退货地址在哪",
        "其它颜色的保温杯有货吗",
        "怎么联系客服",
        "保温杯的保修期是多久？",
        "AB-1203多少钱",
        "积分有效期多久",
    ],
)
def test_what_stands_alone_is_left_as_it_is(question):
    reading = read(question, CUP)
    assert (reading.text, reading.depends) == ("", False)


@pytest.mark.parametrize("question", ["那退款呢", "它多少钱", "多少钱", "第二个呢", "还有吗"])
def test_without_anything_said_before_it_depends_and_stays(question):
    reading = read(question, [])
    assert (reading.text, reading.depends) == ("", True)


def test_items_of_an_answer_are_numbered_lines_or_a_series():
    assert items_of("步骤：\n1. 断电\n2、开盖[1]\n（3）取出") == ["断电", "开盖", "取出"]
    assert items_of("支持微信、支付宝和银行卡。[1]") == ["微信", "支付宝", "银行卡"]
    assert items_of("七天内可退。") == []
