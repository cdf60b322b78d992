"""Numbers, duplicates and passed deadlines in texts."""

import datetime

import pytest

from knowledge.freshness.dates import past_deadline
from knowledge.freshness.duplicates import ALIKE, fingerprint, likeness
from knowledge.freshness.quantities import number, read

TODAY = datetime.date(2026, 6, 15)


@pytest.mark.parametrize(
    ("text", "value"),
    [("7", 7), ("1,200.5", 1200.5), ("七", 7), ("十五", 15), ("二十", 20), ("两百", 200), ("三百二十", 320), ("一万", 10000), ("半", 0.5)],
)
def test_numbers_in_both_scripts(text, value):
    assert number(text) == value


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("7天内", [("hours", (168.0,))]), ("一周内", [("hours", (168.0,))]), ("3-5个工作日", [("workdays", (3.0, 5.0))]), ("一年半", [("months", (18.0,))]),
        ("9.5折", [("discount", (95.0,))]), ("95折", [("discount", (95.0,))]), ("￥1,299", [("yuan", (1299.0,))]), ("2.5万元", [("yuan", (25000.0,))]),
        ("2024年5月1日", [("date", (2024.0, 5.0, 1.0))]), ("2024-05-01", [("date", (2024.0, 5.0, 1.0))]), ("x200", []), ("第3条", []), ("型号 128", []),
    ],
)  # fmt: skip
def test_quantities_in_one_spelling(text, kinds):
    assert [(each.kind, each.values) for each in read(text.replace("￥", "¥")).quantities] == kinds


LONG = "本店所售商品自签收之日起支持无理由退货，退货时请保持商品完好并附上发票，质检通过后原路退款。"


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (LONG, LONG.replace("请保持", "须保持"), True),
        (LONG, LONG.replace("，", ", ").replace("商品", "商 品"), True),
        (LONG + "保修7天。", LONG + "保修15天。", False),
        ("X100 " + LONG, "X200 " + LONG, False),
        (LONG, "发票可在订单完成后三十天内申请补开，电子发票将发送到您的邮箱，请注意查收邮件并妥善保存。", False),
        ("七天无理由退货由买家承担运费。", "七天无理由退货，由买家承担运费", True),
        ("好的。", "好的。", False),
    ],
)
def test_the_same_text_twice(one, other, alike):
    assert (likeness(fingerprint(one), fingerprint(other)) >= ALIKE) is alike


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("活动截止2023年。", datetime.date(2023, 12, 31)),
        ("活动时间：2023年11月1日至11月11日。", datetime.date(2023, 11, 11)),
        ("优惠券有效期至2024年2月。", datetime.date(2024, 2, 29)),
        ("请在2025年3月1日前使用。", datetime.date(2025, 3, 1)),
        ("活动截止2027年1月1日。", None),
        ("有效期：2020年1月1日至2030年1月1日。", None),
        ("公司成立于2010年。", None),
        ("本规定自2020年1月1日起施行。", None),
        ("2023年我们服务了一百万客户。", None),
        ("活动截止日期另行通知。", None),
    ],
)
def test_deadlines_that_have_passed(text, day):
    found = past_deadline("前一句没有日期。" + text, TODAY)
    assert (found[1] if found else None) == day
