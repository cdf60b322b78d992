import pytest

from conversations.bot.support import Why, judge

SOURCE = (
    "星河保温杯 AB-1203 的容量是480毫升。保修期为两年，自2024年3月1日起购买的商品适用。售价为1,299元，退货须在7天内申请，超过7天不予受理。"
    "工作时间为每天9点到18点，热线400-123-4567。默认使用顺丰快递，3-5个工作日送达，北京地区次日达。手续费为百分之五。"
    "人为损坏不在保修范围内。杯身支持洗碗机清洗，杯盖不支持微波炉加热。满99元包邮。"
)


@pytest.mark.parametrize(
    "sentence",
    [
        "保温杯AB-1203容量480毫升", "AB1203的容量是480ml。", "保修期为两年。", "保修期为2年。", "售价1299元", "售价￥1,299。", "售价为１２９９元。",
        "2024年3月1日起购买的商品保修两年", "自2024-03-01起购买的商品适用", "退货须在七天内申请", "每天9:00到18:00工作", "工作时间为每天上午9点到下午6点",
        "热线是400-123-4567", "默认使用顺丰快递", "三至五个工作日送达", "北京地区次日达", "手续费为5%", "人为损坏不在保修范围内", "人为损坏不保修",
        "杯身支持洗碗机清洗", "杯盖不能微波炉加热", "满99元包邮", "超过7天的退货不予受理。",
    ],
)  # fmt: skip
def test_what_the_source_says_in_any_spelling_is_supported(sentence):
    assert judge(SOURCE, sentence).why is None


@pytest.mark.parametrize(
    ("sentence", "why"),
    [
        ("保修期为三年。", Why.FIGURE),
        ("售价1399元", Why.FIGURE),
        ("容量是48毫升", Why.FIGURE),
        ("手续费为6%", Why.FIGURE),
        ("3-7个工作日送达", Why.FIGURE),
        ("退货须在15天内申请", Why.FIGURE),
        ("容量是480升", Why.FIGURE),
        ("售价1299美元", Why.FIGURE),
        ("3-5天送达", Why.FIGURE),
        ("退货须在7个月内申请", Why.FIGURE),
        ("2024年5月1日起购买的商品适用", Why.FIGURE),
        ("2025年3月1日起购买的商品适用", Why.FIGURE),
        ("工作时间为每天9点到20点", Why.FIGURE),
        ("热线400-123-4568", Why.FIGURE),
        ("保温杯AB-1204容量480毫升", Why.FIGURE),
        ("保温杯AC-1203容量480毫升", Why.FIGURE),
        ("默认使用中通快递", Why.NAME),
        ("上海地区次日达", Why.NAME),
        ("星云保温杯的容量是480毫升", Why.NAME),
        ("默认使用FedEx快递", Why.NAME),
        ("人为损坏在保修范围内", Why.NEGATION),
        ("杯身不支持洗碗机清洗", Why.NEGATION),
        ("杯盖支持微波炉加热", Why.NEGATION),
        ("退货须在7天以上申请", Why.NEGATION),
        ("超过7天予以受理。", Why.NEGATION),
        ("请您放心并且随便使用它吧", Why.WORDS),
    ],
)
def test_whatever_differs_is_cut(sentence, why):
    found = judge(SOURCE, sentence)
    assert (found.why, found.detail) == (why, found.detail)


MODELS = "RV-S10 扫地机器人售价 1299 元。RV-S10 Pro 扫拖一体机售价 2599 元。"


@pytest.mark.parametrize(
    ("sentence", "why"), [("RV-S10 Pro售价2599元", None), ("RV-S10售价1299元", None), ("RV-S10 Max售价2599元", Why.FIGURE)]
)
def test_a_variant_is_another_model(sentence, why):
    assert judge(MODELS, sentence).why == why


def test_a_model_does_not_cost_what_its_variant_costs():
    assert judge("RV-S10 Pro 扫拖一体机售价 2599 元。", "RV-S10售价2599元").why == Why.FIGURE
