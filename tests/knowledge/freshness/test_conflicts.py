"""True contradictions are found, and look-alikes are left alone."""

import pytest

from knowledge.freshness.claims import claims_of, context_of
from knowledge.freshness.conflicts import conflicts

SHOP = ("退货政策", "售后服务FAQ")
TRUE = [
    (SHOP, "支持7天无理由退货。", "支持15天无理由退货。"),
    (SHOP, "退货期限为7天。", "退货期限是十五天。"),
    (SHOP, "商品自签收之日起7天内，可以申请无理由退货。", "签收后15天内可无理由退货，运费由买家承担。"),
    (SHOP, "自签收之日起7日内可以退货。", "退货期限为30天。"),
    (SHOP, "退货运费10元，由买家承担。", "退货运费为12元。"),
    (SHOP, "退款将在3个工作日内原路退回。", "退款7个工作日内原路退回。"),
    (SHOP, "满99元包邮。", "满199元包邮。"),
    (SHOP, "客服电话：400-820-8820。", "客服电话400-820-8888，全年无休。"),
    (SHOP, "人工客服工作时间为9:00-18:00。", "人工客服工作时间：8:30-20:00。"),
    (SHOP, "整机保修一年。", "整机保修2年。"),
    (SHOP, "会员积分有效期为12个月。", "会员积分有效期为2年。"),
    (SHOP, "支持货到付款。", "本店不支持货到付款。"),
    (SHOP, "安装前无需预约上门师傅。", "安装前需要预约上门师傅。"),
    (SHOP, "发票抬头可以修改。", "发票抬头不能修改。"),
    (SHOP, "报名截止日期为2024年5月1日。", "报名截止日期为2024年6月1日。"),
    (SHOP, "黄金会员享受95折优惠。", "黄金会员享受9折优惠。"),
    (SHOP, "X200 的保修期为12个月。", "X200保修期为24个月。"),
    (SHOP, "生鲜商品须在签收后24小时内申请退款。", "生鲜商品签收后48小时内可申请退款。"),
    (SHOP, "满100元减10元。", "满100元减20元。"),
]
ALIKE = [
    (SHOP, "支持7天无理由退货。", "支持15天免费换货。"),
    (SHOP, "支持7天无理由退货。", "签收后一周内支持无理由退货。"),
    (SHOP, "黄金会员享受95折优惠。", "白金会员享受9折优惠。"),
    (SHOP, "X200 的保修期为12个月。", "X300 的保修期为24个月。"),
    (SHOP, "北京地区次日达，运费6元。", "上海地区次日达，运费8元。"),
    (SHOP, "首次开通年费198元。", "续费年费168元。"),
    (SHOP, "满100元减10元。", "满200元减30元。"),
    (SHOP, "第一年保费100元。", "第二年保费200元。"),
    (SHOP, "7天内可以退货。", "超过7天不予退货。"),
    (SHOP, "发货后3-5天送达。", "发货后5天送达。"),
    (SHOP, "未拆封的商品支持退货。", "已激活的商品不支持退货。"),
    (SHOP, "退货期限是多少天？", "退货期限是7天。"),
    (SHOP, "1. 打开设置。2. 点击重置按钮。", "3. 打开设置。4. 点击重置按钮。"),
    (SHOP, "公司成立于2010年，员工500人。", "公司2015年上市，门店300家。"),
    (SHOP, "工作日9:00-18:00提供电话服务。", "周末10:00-16:00提供电话服务。"),
    (SHOP, "退款3天到账。", "7天内可退货。"),
    (SHOP, "2023年双十一全场8折。", "2024年双十一全场7折。"),
    (SHOP, "普通快递2天送达，运费6元。", "特快专递1天送达，运费20元。"),
    (("净水器说明书", "空调说明书"), "整机保修2年。", "整机保修6年。"),
    (("X200使用手册", "X300使用手册"), "充电时间为2小时。", "充电时间为4小时。"),
    (("北京店须知", "上海店须知"), "营业时间为9:00-18:00。", "营业时间为10:00-22:00。"),
    (SHOP, "耳机保修12个月。", "充电器保修6个月。"),
    (SHOP, "定制商品不支持退货。", "普通商品支持7天无理由退货。"),
    (SHOP, "大件商品运费50元。", "小件商品运费10元。"),
    (SHOP, "企业用户可开具专用发票。", "个人用户不可开具专用发票。"),
    (SHOP, "该版本发布于2020-07-21。", "该版本发布于2020-06-19。"),
    (SHOP, "哪些动物要冬眠", "不冬眠的动物有哪些"),
    (SHOP, "密码长度不少于8位。", "验证码长度为6位。"),
]


def found(titles: tuple[str, str], one: str, other: str, **kinds):
    mine, theirs = (context_of(title, [], "") for title in titles)
    return conflicts(claims_of(one, **kinds), claims_of(other, **kinds), mine, theirs)


@pytest.mark.parametrize(("titles", "one", "other"), TRUE, ids=[one for _, one, _ in TRUE])
def test_contradictions_are_found_both_ways(titles, one, other):
    assert len(found(titles, one, other)) == 1
    assert len(found(titles[::-1], other, one)) == 1


@pytest.mark.parametrize(("titles", "one", "other"), ALIKE, ids=[one for _, one, _ in ALIKE])
def test_look_alikes_are_left_alone(titles, one, other):
    assert found(titles, one, other) == []
    assert found(titles[::-1], other, one) == []


def test_the_same_question_with_another_number_in_the_answer():
    empty = context_of("", [], "")
    one = claims_of("问：多久可以退货？\n答：7天。", question="多久可以退货？")
    other = claims_of("问：退货期限是几天？\n答：签收后15天内。", question="退货期限是几天？")
    assert len(conflicts(one, other, empty, empty)) == 1


def test_the_same_row_of_two_price_lists():
    one = "型号 | 颜色 | 价格\nX200 | 黑 | 1299\nX300 | 黑 | 1599"
    other = "型号 | 颜色 | 价格\nX200 | 黑 | 1199\nX300 | 白 | 1699"
    assert [(each.mine, each.theirs) for each in found(("价目表", "价格表"), one, other, table=True)] == [
        ("x200 | 黑 | 1299", "x200 | 黑 | 1199")
    ]


def test_two_copies_of_one_list_do_not_contradict_each_other():
    text = "北京运费6元。\n会员运费6元。\n会员运费8元。"
    assert found(SHOP, text, text) == []
