"""Kinds of personal data beyond the numbers, and what must stay readable because an answer depends on it."""

import pytest

from scrm.privacy.patterns import Kind, find


def found(text):
    return [(finding.kind, text[finding.start : finding.end]) for finding in find(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("护照号码：E12345678", [(Kind.PASSPORT, "E12345678")]),
        ("车牌粤b·12345，还有苏 E 1234学", [(Kind.PLATE, "粤b·12345"), (Kind.PLATE, "苏 E 1234学")]),
        ("护照 ea1234567", [(Kind.PASSPORT, "ea1234567")]),
        ("passport: E 12345678", [(Kind.PASSPORT, "E 12345678")]),
        ("港澳通行证：C12345678", [(Kind.PASSPORT, "C12345678")]),
        ("我的车牌号是京A12345，新车是沪AD12345", [(Kind.PLATE, "京A12345"), (Kind.PLATE, "沪AD12345")]),
        ("营业执照上的信用代码是91110000100000000A", [(Kind.COMPANY_CODE, "91110000100000000A")]),
        ("我叫张伟想查订单2024011500123", [(Kind.NAME, "张伟"), (Kind.ORDER, "2024011500123")]),
        ("收货人：欧阳娜娜 电话13800138000", [(Kind.NAME, "欧阳娜娜"), (Kind.PHONE, "13800138000")]),
        ("姓名: John Smith", [(Kind.NAME, "John Smith")]),
        ("收货人王福来，收货人改成付天志可以吗", [(Kind.NAME, "王福来"), (Kind.NAME, "付天志")]),
        ("张伟，13800138000，今天到", [(Kind.NAME, "张伟"), (Kind.PHONE, "13800138000")]),
        ("欧阳娜娜 138 0013 8000", [(Kind.NAME, "欧阳娜娜"), (Kind.PHONE, "138 0013 8000")]),
        ("13800138000 李小明", [(Kind.PHONE, "13800138000"), (Kind.NAME, "李小明")]),
        (
            "浙江省杭州市西湖区文三路477号 张伟 13800138000",
            [(Kind.ADDRESS, "浙江省杭州市西湖区文三路477号"), (Kind.NAME, "张伟"), (Kind.PHONE, "13800138000")],
        ),
        ("单号 13800138000", [(Kind.ORDER, "13800138000")]),
        ("方便的话打 13800138000", [(Kind.PHONE, "13800138000")]),
        ("收货人张三13800138000", [(Kind.NAME, "张三"), (Kind.PHONE, "13800138000")]),
        ("收货人张三一三八零零一三八零零零", [(Kind.NAME, "张三"), (Kind.PHONE, "一三八零零一三八零零零")]),
        ("地址是杭州新天地尚座东楼586", [(Kind.ADDRESS, "杭州新天地尚座东楼586")]),
        ("这家店在东四北大街141号(近如家北新桥店)。", [(Kind.ADDRESS, "东四北大街141号(近如家北新桥店)")]),
        ("2024011500123这个订单到哪了", [(Kind.ORDER, "2024011500123")]),
        ("订单编号：#2024011500123", [(Kind.ORDER, "2024011500123")]),
        ("Where is my order no. 2024011500123?", [(Kind.ORDER, "2024011500123")]),
        ("快递单号SF1234567890123", [(Kind.ORDER, "SF1234567890123")]),
        ("请把文件寄到北京市朝阳区建国路88号。", [(Kind.ADDRESS, "北京市朝阳区建国路88号")]),
        ("收货地址是文一西路969号5幢3单元201室，谢谢", [(Kind.ADDRESS, "文一西路969号5幢3单元201室")]),
        ("浙江省温州市苍南县灵溪镇康乐路", [(Kind.ADDRESS, "浙江省温州市苍南县灵溪镇康乐路")]),
    ],
)
def test_what_is_personal(text, expected):
    assert found(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "寄到西藏要几天",
        "发到海外要多少运费",
        "你们的地址在哪条街",
        "地址错了怎么改",
        "送到小区门口吗",
        "收货人写错了怎么办",
        "联系人是谁",
        "2024年双11订单什么时候发",
        "新beta10什么时候出",
        "管理员用户名和密码是什么",
        "连接的账户名和密钥",
        "每个用户连接数限制",
        "常住人口城镇化率为65.22%",
        "IP 地址应当代替这里的 127.0.1.1",
        "多个地址用英文逗号分隔",
        "我是会员",
        "用户管理在哪里",
        "空气炸锅型号AF-500W，序列号E12345678",
        "金额：1234.56元，满100号段包邮",
    ],
)
def test_what_a_question_needs_stays(text):
    assert found(text) == []


def test_a_deployment_names_its_own_order_numbers(settings):
    settings.ORDER_PATTERNS = [r"ZK(\d{6})"]
    assert found("我的单子ZK204511还没到") == [(Kind.ORDER, "204511")]


@pytest.mark.parametrize("text", ["路" * 20_000, "北京市" * 7_000, "号楼1" * 7_000, "地址" * 10_000, "1" * 20_000])
def test_a_long_line_is_read_in_one_pass(text):
    """A reader that looked back over the whole line from every place would need minutes here."""
    assert len(find(text)) < len(text)
