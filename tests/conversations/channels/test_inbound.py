import json
from pathlib import Path

import pytest

from conversations.channels.wecom_kf.inbound import UNSUPPORTED, InboundMessage, InboundNotice, row_parse

ROWS = [json.loads(line) for line in (Path(__file__).parent / "fixtures" / "sync_msg_rows.jsonl").read_text().splitlines()]
BY_ID = {row["msgid"]: row_parse(row) for row in ROWS}


@pytest.mark.parametrize(
    ("msgid", "text"),
    [
        ("k01", "怎么退货"),
        ("k02", "已解决"),
        ("k03", "[图片]"),
        ("k04", "[语音]"),
        ("k05", "[位置] 广州国际媒体港 广东省广州市海珠区滨江东路"),
        ("k06", "[链接] T D https://e.com"),
        ("k07", "[小程序] T"),
        ("k08", "[订单] 37100001 手机壳 ￥19.90 待发货"),
        ("k09", "[聊天记录] 聊天记录 1 条"),
        ("k10", "您好，我是人工客服"),
        ("x01", "[笔记]"),
    ],
)
def test_messages_read_as_text(msgid, text):
    message = BY_ID[msgid]
    assert isinstance(message, InboundMessage)
    assert (message.text, message.external_userid, message.open_kfid) == (text, "wm1", "wk1")


def test_menu_click_and_servicer_are_recognised():
    assert BY_ID["k02"].menu_id == "fb_88_1"
    assert BY_ID["k10"].by_servicer
    assert BY_ID["k10"].servicer_userid == "zhangsan"
    assert not BY_ID["k01"].by_servicer


@pytest.mark.parametrize(
    ("msgid", "event_type", "name", "value"),
    [
        ("e01", "enter_session", "welcome_code", "W1"),
        ("e02", "msg_send_fail", "fail_msgid", "a1"),
        ("e04", "session_status_change", "msg_code", "C1"),
        ("e05", "user_recall_msg", "recall_msgid", "k01"),
    ],
)
def test_events_carry_their_fields(msgid, event_type, name, value):
    notice = BY_ID[msgid]
    assert isinstance(notice, InboundNotice)
    assert (notice.event_type, notice.external_userid, notice.text(name)) == (event_type, "wm1", value)


def test_event_without_customer_is_kept():
    assert BY_ID["e03"].external_userid == ""
    assert BY_ID["e03"].number("stop_type") == 1


@pytest.mark.parametrize("row", [None, 3, "x", [], {}, {"msgid": ""}, {"msgid": None}, {"msgid": "a", "msgtype": "text"}])
def test_unusable_rows_are_none(row):
    assert row_parse(row) is None


@pytest.mark.parametrize("value", [None, 1, 1.5, True, "x", [], {}, {"content": []}, {"list": [1, {"type": 2}]}, {"item": "x"}])
@pytest.mark.parametrize("msgtype", ["text", "location", "msgmenu", "merged_msg", "link", "brand_new_type", "event"])
def test_mistyped_bodies_never_raise(msgtype, value):
    row = {"msgid": "m", "external_userid": "wm1", "send_time": "soon", "origin": "3", "msgtype": msgtype, msgtype: value}
    parsed = row_parse(row)
    assert parsed.send_time == 0
    assert isinstance(parsed, InboundMessage | InboundNotice)


def test_unknown_types_are_shown_as_such():
    parsed = row_parse({"msgid": "m", "external_userid": "wm1", "msgtype": "hologram", "hologram": {"a": 1}, "origin": 3})
    assert (parsed.text, parsed.msgtype, parsed.payload) == (UNSUPPORTED, "hologram", {"a": 1})


@pytest.mark.parametrize(("value", "expected"), [("a\x00b", "ab"), ("a\ud83d", "a?"), ("好😀", "好😀")])
def test_what_postgres_refuses_is_removed(value, expected):
    row = {"msgid": "m", "external_userid": "w", "msgtype": "text", "text": {"content": value, "x": [float("nan"), {"y\x00": value}]}}
    parsed = row_parse(row)
    assert parsed.text == expected
    assert parsed.payload["x"] == [None, {"y": expected}]
