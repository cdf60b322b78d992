import pytest

from conversations.channels.wecom_kf.payloads import MenuItem, menu_payload, own_msgid, text_payload
from conversations.channels.wecom_kf.text import plain, shortened, split
from scrm.core.errors import Invalid


@pytest.mark.parametrize(
    ("markdown", "expected"),
    [
        ("**七天**内可退货", "七天内可退货"),
        ("# 退货\n\n- 七天内\n- 不影响销售", "退货\n\n• 七天内\n• 不影响销售"),
        ("见[说明](https://e.com/a)。", "见说明 https://e.com/a。"),
        ("![图](https://e.com/a.png)好", "图好"),
        ("```python\nprint(1)\n```", "print(1)"),
        ("> 引用\n\n---\n正文", "引用\n\n正文"),
        ("| 项 | 价 |\n|---|---|\n| 甲 | 9 |", "项 | 价 \n 甲 | 9"),
        ("2*3*4=24，型号 A_B_C，snake_case", "2*3*4=24，型号 A_B_C，snake_case"),
        ("`SKU-1` 有货 [1]", "SKU-1 有货 [1]"),
        ("1. 先\n2. 后", "1. 先\n2. 后"),
        ("第一行\r\n第二行\x00", "第一行\n第二行"),
    ],
)
def test_markdown_is_flattened(markdown, expected):
    assert plain(markdown) == expected


def test_short_text_is_one_part():
    assert split("您好。") == ["您好。"]
    assert split("  \n ") == []


def test_parts_end_at_sentences_and_lose_nothing():
    text = "".join(f"第{number}条规则，请您留意。" for number in range(300))
    parts = split(text, parts=50)
    assert "".join(parts) == text
    assert all(part.endswith("。") and len(part.encode()) <= 2048 for part in parts)


@pytest.mark.parametrize("text", ["好" * 5000, "😀" * 3000, "a" * 9000, "。" * 4000, "\n" * 3000 + "x" * 4000])
def test_parts_are_valid_whatever_the_text(text):
    parts = split(text, parts=100)
    assert all(part and len(part.encode()) <= 2048 and "\ufffd" not in part for part in parts)
    assert "".join(parts) == text.strip()


def test_more_than_the_budget_is_cut_off_with_an_ellipsis():
    parts = split("这句话很长。" * 2000, parts=3)
    assert len(parts) == 3
    assert parts[-1].endswith("……")
    assert all(len(part.encode()) <= 2048 for part in parts)


def test_closing_quotes_stay_with_their_sentence():
    parts = split("他说：「可以退货。」" * 10, limit=60, parts=50)
    assert all(part.endswith("」") for part in parts)


def test_shortened_keeps_the_limit():
    assert shortened("短", 128) == "短"
    assert len(shortened("长" * 100, 128).encode()) <= 128


def test_text_payload_refuses_what_wechat_would():
    assert text_payload("**好**") == {"content": "好"}
    for text in ("", " \n", "好" * 700):
        with pytest.raises(Invalid):
            text_payload(text)


def test_menu_payload():
    payload = menu_payload(head="解决了吗？", items=[MenuItem("fb_88_1", "已解决"), MenuItem("human_88", "转人工")])
    assert payload == {
        "head_content": "解决了吗？",
        "list": [
            {"type": "click", "click": {"id": "fb_88_1", "content": "已解决"}},
            {"type": "click", "click": {"id": "human_88", "content": "转人工"}},
        ],
    }


@pytest.mark.parametrize(
    "items",
    [[], [MenuItem("a-b", "x")], [MenuItem("a#", "x")], [MenuItem("a", " ")], [MenuItem("a" * 129, "x")], [MenuItem("a", "x")] * 11],
)
def test_menu_payload_refuses(items):
    with pytest.raises(Invalid):
        menu_payload(head="h", items=items)


def test_own_msgid_is_stable_and_short():
    assert own_msgid("turn:1:0") == own_msgid("turn:1:0") != own_msgid("turn:1:1")
    assert len(own_msgid("x" * 120).encode()) == 32


@pytest.mark.parametrize("before", range(20, 32))
def test_a_placeholder_is_never_cut_in_two(before):
    parts = split("话" * before + "<手机号_12>" + "话" * 40, limit=100)
    assert sum(part.count("<手机号_12>") for part in parts) == 1
    assert all(len(part.encode()) <= 100 for part in parts)
