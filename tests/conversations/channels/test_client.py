"""The client against the simulated server: one token for all, typed failures."""

import socket
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from conversations.channels.wecom_kf.client import Credentials, WecomClient, decoded
from conversations.channels.wecom_kf.errors import ERRORS, Action, WecomError, WecomTimeout, WecomUnreachable


def gettokens(phone) -> int:
    return sum(call["name"] == "gettoken" for call in phone.get("wire")["calls"])


def test_twenty_callers_share_one_gettoken(wecom, credentials, phone):
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: WecomClient(credentials).account_list(), range(20)))
    assert gettokens(phone) == 1


@pytest.mark.parametrize("revoke", [True, False])
def test_a_refused_token_is_replaced_once_for_all(wecom, credentials, phone, revoke):
    wecom.account_list()
    phone.post("tokens/expire", revoke=revoke)
    with ThreadPoolExecutor(20) as pool:
        lists = list(pool.map(lambda _: WecomClient(credentials).account_list(), range(20)))
    assert all(len(accounts) == 1 for accounts in lists)
    assert gettokens(phone) == 2


def test_a_second_refusal_is_an_error(wecom, phone):
    phone.post("faults", kind="error", api="kf/account/list", value=42001, times=2)
    with pytest.raises(WecomError) as caught:
        wecom.account_list()
    assert (caught.value.errcode, caught.value.action) == (42001, Action.REFRESH)
    assert len(wecom.account_list()) == 1


def test_a_wrong_secret_is_not_hammered(wecom, credentials, phone):
    wrong = WecomClient(Credentials(credentials.corp_id, "wrong", credentials.api_base))
    wrong.tokens.forget()
    for _ in range(5):
        with pytest.raises(WecomError) as caught:
            wrong.account_list()
        assert (caught.value.errcode, caught.value.action) == (40001, Action.CONFIG)
    assert gettokens(phone) == 1


def test_an_unreachable_server_is_typed():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        wecom = WecomClient(Credentials("ww", "s", f"http://127.0.0.1:{free.getsockname()[1]}"))
        wecom.tokens.forget()
        with pytest.raises(WecomUnreachable):
            wecom.account_list()


def test_an_answer_that_is_not_wecoms(wecom, phone):
    wecom.tokens.get()
    phone.post("faults", kind="garbage", api="kf/account/list")
    with pytest.raises(WecomUnreachable):
        wecom.account_list()


def test_a_lost_answer_is_an_unknown_outcome(wecom, phone):
    customer = phone.customer()
    phone.post("say", external_userid=customer, text="在吗")
    phone.post("faults", kind="drop_answer", api="kf/send_msg")
    message = {"touser": customer, "open_kfid": "wk1", "msgid": "m1", "msgtype": "text", "payload": {"content": "您好"}}
    with pytest.raises(WecomTimeout):
        wecom.send_msg(**message)
    with pytest.raises(WecomError) as caught:
        wecom.send_msg(**message)
    assert caught.value.errcode == 95033
    assert len(phone.replies(customer)) == 1


def test_a_silent_server_times_out(credentials):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        http = httpx.Client(timeout=httpx.Timeout(0.2), trust_env=False)
        wecom = WecomClient(Credentials("ww", "silent", f"http://127.0.0.1:{listener.getsockname()[1]}"), http=http)
        wecom.tokens.forget()
        with pytest.raises(WecomUnreachable):
            wecom.account_list()


@pytest.mark.parametrize(
    ("base", "expected"),
    [("https://a.b", "https://a.b/cgi-bin"), ("https://a.b/", "https://a.b/cgi-bin"), ("https://a.b/cgi-bin/", "https://a.b/cgi-bin")],
)
def test_base_url(base, expected):
    assert Credentials("ww", "s", base).base == expected


def test_the_secret_is_not_shown():
    assert "hush" not in repr(Credentials("ww", "hush", ""))


def test_absent_errcode_is_success():
    assert decoded(httpx.Response(200, json={"a": 1})) == {"a": 1}


@pytest.mark.parametrize("response", [httpx.Response(200, text="ok"), httpx.Response(200, json=[1]), httpx.Response(503, json={})])
def test_other_answers_are_unreachable(response):
    with pytest.raises(WecomUnreachable):
        decoded(response)


def test_error_60020_names_the_address():
    error = WecomError(60020, "not allow to access from your ip, hint: [1], from ip: 203.0.113.7, more info")
    assert error.action is Action.CONFIG
    assert "203.0.113.7" in str(error)
    assert "60020" in str(error)


def test_every_code_has_a_meaning():
    assert all(str(meaning) and isinstance(action, Action) for action, meaning in ERRORS.values())
    assert WecomError(123456).action is Action.STOP
