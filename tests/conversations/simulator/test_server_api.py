"""The simulator refuses what the real server refuses (wecom protocol notes b, f, h)."""

import pytest

from conversations.channels.wecom_kf.client import Credentials, WecomClient
from conversations.channels.wecom_kf.errors import WecomError
from conversations.simulator.server import SimulatorServer


def refused(call, **arguments) -> int:
    with pytest.raises(WecomError) as caught:
        call(**arguments)
    return caught.value.errcode


def text(wecom, customer, msgid="a1", content="您好"):
    return wecom.send_msg(touser=customer, open_kfid="wk1", msgid=msgid, msgtype="text", payload={"content": content})


def test_messages_are_paged_by_cursor(wecom, phone):
    customer = phone.customer()
    for number in range(5):
        phone.post("say", external_userid=customer, text=f"第{number}句")
    phone.post("faults", kind="page_size", value=2, times=9)
    seen, cursor, more = [], "", True
    while more:
        page = wecom.sync_msg(open_kfid="wk1", cursor=cursor)
        seen += [row["text"]["content"] for row in page.rows]
        cursor, more = page.cursor, page.has_more
    assert seen == [f"第{number}句" for number in range(5)]
    assert wecom.sync_msg(open_kfid="wk1", cursor=cursor).rows == ()


def test_cursor_and_chat_survive_a_restart(tmp_path):
    first = SimulatorServer(port=0, file=tmp_path / "s.db")
    first.world.account_put(open_kfid="wk9", corp_id="c", secret="s", token="t", aes_key="a" * 43, callback_url="http://127.0.0.1:9/")
    first.world.ring = lambda open_kfid, seq: None
    customer = first.world.customer_create(open_kfid="wk9", nickname="n")
    first.world.say(customer, "在吗")
    first.doorbells.close()
    first.server_close()
    first.world.store.close()
    second = SimulatorServer(port=0, file=tmp_path / "s.db")
    assert second.world.store.one("SELECT count(*) AS n FROM item")["n"] == 1
    second.doorbells.close()
    second.server_close()
    second.world.store.close()


def test_sync_msg_refuses(wecom, phone):
    assert refused(wecom.sync_msg, open_kfid="wk1", token="stale") == 95007
    assert refused(wecom.sync_msg, open_kfid="") == 60251
    assert refused(wecom.sync_msg, open_kfid="wk2") == 60252
    assert refused(wecom.sync_msg, open_kfid="wk1", limit=1001) == 40058
    assert refused(wecom.sync_msg, open_kfid="wk1", cursor="x") == 40058
    phone.post("accounts/grant", open_kfid="wk1", granted=False)
    assert refused(wecom.sync_msg, open_kfid="wk1") == 48007


def test_own_messages_do_not_come_back(wecom, phone):
    customer = phone.customer()
    phone.post("say", external_userid=customer, text="在吗")
    text(wecom, customer)
    assert len(wecom.sync_msg(open_kfid="wk1").rows) == 1
    assert [item["text"]["content"] for item in phone.replies(customer)] == ["您好"]


def test_five_messages_per_customer_message(wecom, phone):
    customer = phone.customer()
    phone.post("say", external_userid=customer, text="在吗")
    for number in range(5):
        text(wecom, customer, msgid=f"m{number}")
    assert refused(text, wecom=wecom, customer=customer, msgid="m5") == 95001
    assert refused(text, wecom=wecom, customer=customer, msgid="m4") == 95033
    phone.post("say", external_userid=customer, text="还在吗")
    text(wecom, customer, msgid="m5")


def test_forty_eight_hours(wecom, phone):
    customer = phone.customer()
    phone.post("say", external_userid=customer, text="在吗")
    phone.post("clock", seconds=48 * 3600 + 1)
    assert refused(text, wecom=wecom, customer=customer) == 95002


def test_sending_before_the_customer_wrote_is_refused(wecom, phone):
    assert refused(text, wecom=wecom, customer=phone.customer()) == 95018


@pytest.mark.parametrize("msgid", ["", "a" * 33, "中", "a b"])
def test_bad_msgids_are_refused(wecom, phone, msgid):
    customer = phone.customer()
    phone.post("say", external_userid=customer, text="在吗")
    assert refused(text, wecom=wecom, customer=customer, msgid=msgid) == 40058


def test_long_texts_are_cut_at_2048_bytes(wecom, phone):
    customer = phone.customer()
    phone.post("say", external_userid=customer, text="在吗")
    text(wecom, customer, content="好" * 1000)
    [item] = phone.replies(customer)
    assert item["truncated"]
    assert len(item["text"]["content"]) == 682


def test_menu_click_is_a_customer_message(wecom, phone):
    customer = phone.customer()
    phone.post("say", external_userid=customer, text="在吗")
    menu = {"head_content": "解决了吗", "list": [{"type": "click", "click": {"id": "fb_1", "content": "已解决"}}]}
    wecom.send_msg(touser=customer, open_kfid="wk1", msgid="m", msgtype="msgmenu", payload=menu)
    phone.post("click", external_userid=customer, menu_id="fb_1")
    assert wecom.sync_msg(open_kfid="wk1").rows[-1]["text"] == {"content": "已解决", "menu_id": "fb_1"}
    menu["list"] *= 11
    arguments = {"touser": customer, "open_kfid": "wk1", "msgid": "n", "msgtype": "msgmenu", "payload": menu}
    assert refused(wecom.send_msg, **arguments) == 95008


def test_welcome_code_is_single_use_and_short_lived(wecom, phone):
    phone.post("enter", external_userid=phone.customer())
    [row] = wecom.sync_msg(open_kfid="wk1").rows
    welcome = {"code": row["event"]["welcome_code"], "msgtype": "text", "payload": {"content": "欢迎"}}
    wecom.send_msg_on_event(msgid="w1", **welcome)
    assert refused(wecom.send_msg_on_event, msgid="w1", **welcome) == 95033
    assert refused(wecom.send_msg_on_event, msgid="w2", **welcome) == 41050
    phone.post("enter", external_userid=phone.customer())
    late = wecom.sync_msg(open_kfid="wk1").rows[-1]["event"]["welcome_code"]
    phone.post("clock", seconds=21)
    assert refused(wecom.send_msg_on_event, **welcome | {"code": late}, msgid="w3") == 41050


def test_entering_again_brings_no_second_welcome(wecom, phone):
    customer = phone.customer()
    phone.post("enter", external_userid=customer)
    phone.post("enter", external_userid=customer)
    assert ["welcome_code" in row["event"] for row in wecom.sync_msg(open_kfid="wk1").rows] == [True, False]


def test_session_states(wecom, phone):
    customer = phone.customer()
    who = {"open_kfid": "wk1", "external_userid": customer}
    assert wecom.service_state_get(**who) == (4, "")
    assert refused(wecom.service_state_trans, **who, service_state=1) == 95016
    phone.post("say", external_userid=customer, text="在吗")
    assert wecom.service_state_get(**who) == (0, "")
    assert wecom.service_state_trans(**who, service_state=1) == ""
    phone.post("servicer/take", external_userid=customer)
    assert wecom.service_state_get(**who) == (3, "zhangsan")
    assert refused(text, wecom=wecom, customer=customer) == 95018
    assert refused(wecom.service_state_trans, **who, service_state=1) == 95016
    assert wecom.service_state_trans(**who, service_state=4)


def test_servicer_messages_and_failures_come_back_as_rows(wecom, phone):
    customer = phone.customer()
    phone.post("say", external_userid=customer, text="在吗")
    phone.post("faults", kind="send_fail", value=10)
    text(wecom, customer, msgid="mine")
    phone.post("servicer/say", external_userid=customer, text="我来")
    rows = wecom.sync_msg(open_kfid="wk1").rows
    assert (rows[1]["event"]["fail_msgid"], rows[1]["event"]["fail_type"]) == ("mine", 10)
    assert (rows[2]["origin"], rows[2]["servicer_userid"]) == (5, "zhangsan")


def test_customers_and_accounts_are_listed(wecom, phone):
    customer = phone.customer("阿强")
    assert wecom.customer_batchget([customer, "wmX"])[0]["nickname"] == "阿强"
    assert [(row["open_kfid"], row["manage_privilege"]) for row in wecom.account_list()] == [("wk1", True)]


def test_wrong_secret_and_corp(credentials, wecom):
    for changed, errcode in (({"secret": "x"}, 40001), ({"corp_id": "wwX"}, 40013)):
        values = {"corp_id": credentials.corp_id, "secret": credentials.secret, "api_base": credentials.api_base} | changed
        other = WecomClient(Credentials(**values))
        other.tokens.forget()
        assert refused(other.account_list) == errcode


@pytest.mark.parametrize("headers", [{"Origin": "https://evil.example"}, {"Host": "evil.example"}])
def test_other_sites_cannot_use_the_phone_api(phone, headers):
    assert phone._http.post("say", json={}, headers=headers).status_code == 403


def test_wild_input_is_answered(phone):
    assert phone._http.post("say", json={"external_userid": "nobody", "text": "x"}).status_code == 404
    assert phone._http.post("say", json={}).status_code == 400
    assert phone._http.get("nothing").status_code == 404
    assert phone._http.post("say", content=b"[1]").json()["errcode"] == 47001
