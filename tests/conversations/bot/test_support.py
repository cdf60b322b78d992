import pytest

from conversations.bot.support import supports

SOURCE = "星河保温杯 AB-1203 的容量是480毫升。保修期为两年，自2024年3月1日起购买的商品适用。售价为1,299元，退货须在7天内申请。"


@pytest.mark.parametrize(
    "sentence", ["保温杯AB-1203容量480毫升", "保修期为两年。", "售价1299元", "2024年3月1日起购买的商品保修两年", "退货须在7天内申请"]
)
def test_what_the_source_says_is_supported(sentence):
    assert supports(SOURCE, sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "保温杯AB-1204容量480毫升",
        "保修期为三年。",
        "售价1399元",
        "2024年5月1日起购买的商品适用",
        "退货须在15天内申请",
        "杯盖可以放进微波炉加热",
        "容量是48毫升",
    ],
)
def test_other_figures_and_claims_are_not(sentence):
    assert not supports(SOURCE, sentence)
