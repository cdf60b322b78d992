"""POST /hooks/wecom_kf/<account>/: verifies, stores one row, answers."""

import json
import time
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.test import Client

from conversations.channels import nudge
from conversations.channels.wecom_kf import crypto, webhook, xml
from conversations.choices import EventState
from conversations.models import ChannelAccount, InboundEvent
from tests.conversations.conftest import ACCOUNT
from tests.conversations.factories import AccountFactory

pytestmark = pytest.mark.django_db
VECTORS = json.loads((Path(__file__).parent / "fixtures" / "crypto_vectors.json").read_text())
URL = "/hooks/wecom_kf/shop/"


@pytest.fixture(autouse=True)
def nudged(monkeypatch):
    """What the request wanted done later."""
    wanted: list = []
    monkeypatch.setattr(nudge.Nudger, "nudge", lambda self, task, row_id: wanted.append((task, row_id)))
    webhook._cache.clear()
    return wanted


@pytest.fixture
def account():
    return AccountFactory()


def sealed(message: str, **changes) -> tuple[str, str]:
    """(URL, body) of a callback with this message."""
    keys = ACCOUNT | changes
    encrypted = crypto.encrypt(encoding_aes_key=keys["aes_key"], receiveid=keys["corp_id"], message=message)
    stamp, nonce = str(int(time.time())), "n1"
    query = {"msg_signature": crypto.signature(keys["token"], stamp, nonce, encrypted), "timestamp": stamp, "nonce": nonce}
    return f"{URL}?{urlencode(query)}", xml.envelope_render(to_user_name=keys["corp_id"], encrypt=encrypted)


def doorbell(token="T1", open_kfid="wk1", corp_id=ACCOUNT["corp_id"]) -> str:
    return xml.doorbell_render(corp_id=corp_id, create_time=1348831860, token=token, open_kfid=open_kfid)


def post(client: Client, url: str, body: str | bytes):
    return client.post(url, data=body, content_type="text/xml")


def test_a_doorbell_is_stored_and_answered_empty(client, account, nudged):
    answer = post(client, *sealed(doorbell()))
    assert (answer.status_code, answer.content) == (200, b"")
    event = InboundEvent.objects.get()
    assert (event.account, event.state, event.payload["token"]) == (account, EventState.RECEIVED, "T1")
    assert nudged == [("conversations.account_pull", account.pk)]


def test_the_same_doorbell_three_times_is_one_event(client, account):
    for _ in range(3):
        assert post(client, *sealed(doorbell())).status_code == 200
    assert InboundEvent.objects.count() == 1


def test_the_published_vector_is_accepted(client):
    vector = VECTORS["L1"]
    AccountFactory(config={"corp_id": vector["receiveid"], "open_kfid": "wkxxxxxxx"})
    query = {"msg_signature": vector["signature"], "timestamp": vector["timestamp"], "nonce": vector["nonce"]}
    body = xml.envelope_render(to_user_name=vector["receiveid"], encrypt=vector["ciphertext"])
    assert post(client, f"{URL}?{urlencode(query)}", body).status_code == 200
    assert InboundEvent.objects.get().payload["open_kfid"] == "wkxxxxxxx"


def test_one_insert_and_nothing_else(client, account, django_assert_num_queries):
    post(client, *sealed(doorbell("T0")))
    url, body = sealed(doorbell("T2"))
    with django_assert_num_queries(1):
        post(client, url, body)


@pytest.mark.parametrize("changes", [{"token": "other"}, {"corp_id": "wwother"}, {"aes_key": "a" * 43}])
def test_what_does_not_verify_is_refused_without_detail(client, account, changes):
    answer = post(client, *sealed(doorbell(), **changes))
    assert (answer.status_code, answer.content) == (403, b"")
    assert not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "body", [b"", b"<xml/>", b"\xff", b'<!DOCTYPE a [<!ENTITY b "c">]><xml><Encrypt>&b;</Encrypt></xml>', b"x" * 70000]
)
def test_wild_bodies_are_refused(client, account, body):
    assert post(client, URL, body).status_code in (403, 413)


def test_unknown_account(client):
    assert post(client, *sealed(doorbell())).status_code == 404
    assert client.get(URL).status_code == 404


def test_a_disabled_account_takes_nothing(client, nudged):
    AccountFactory(enabled=False)
    assert post(client, *sealed(doorbell())).status_code == 200
    assert not InboundEvent.objects.exists()
    assert nudged == []


def test_a_callback_for_a_sibling_account_of_the_same_app(client, account, nudged):
    sibling = AccountFactory(name="second", config={"corp_id": ACCOUNT["corp_id"], "open_kfid": "wk2"})
    post(client, *sealed(doorbell(open_kfid="wk2")))
    post(client, *sealed(doorbell(open_kfid="wk3")))
    assert [event.account for event in InboundEvent.objects.all()] == [sibling]
    assert nudged == [("conversations.account_pull", sibling.pk)]


def test_changed_keys_count_at_once(client, account):
    post(client, *sealed(doorbell()))
    changed = account.secrets | {"token": "newtoken"}
    ChannelAccount.objects.filter(pk=account.pk).update(secrets=changed)
    assert post(client, *sealed(doorbell("T2"), token="newtoken")).status_code == 200


@pytest.mark.parametrize("plus", ["+", " "])
def test_url_verification(client, account, plus):
    echo = "5927782489442352469"
    encrypted = crypto.encrypt(encoding_aes_key=ACCOUNT["aes_key"], receiveid=ACCOUNT["corp_id"], message=echo)
    query = {"msg_signature": crypto.signature(ACCOUNT["token"], "1", "n", encrypted), "timestamp": "1", "nonce": "n"}
    answer = client.get(URL, query | {"echostr": encrypted.replace("+", plus)})
    assert (answer.status_code, answer.content) == (200, echo.encode())


def test_url_verification_refuses(client, account):
    assert client.get(URL).status_code == 403
    assert client.get(URL, {"msg_signature": "x", "timestamp": "1", "nonce": "n", "echostr": "AAAA"}).status_code == 403


def test_no_csrf_token_is_asked_for(account):
    assert post(Client(enforce_csrf_checks=True), *sealed(doorbell())).status_code == 200
