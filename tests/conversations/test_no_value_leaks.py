"""A whole conversation over the real path, and then a search of everything that was written down for what the customer told."""

import base64
import json
import logging
import threading
import time

import pytest
from django.db import connection

from conversations.channels.wecom_kf.tokens import shared_redis
from conversations.models import Conversation, InboundEvent, Message, Question, Turn
from conversations.services.conversations import agent_reply
from conversations.services.handover import conversation_offer, conversation_take_over
from conversations.services.outbound import outbound_run
from conversations.services.pull import account_pull
from conversations.services.questions import question_ask, question_run
from conversations.services.reveals import value_reveal
from conversations.services.turns import turn_run
from scrm.access.grants import grant
from scrm.access.services import user_create
from scrm.audit.models import AuditEntry
from scrm.customers.services import customer_update
from scrm.privacy.models import PersonalValue
from scrm.privacy.vault import values_of
from scrm.stack import heartbeats
from tests.conversations.conftest import ACCOUNT
from tests.conversations.factories import AccountFactory
from tests.conversations.shop import shop_base
from tests.knowledge.conftest import endpoint, release  # noqa: F401

SAID = {
    "我的手机是{}，保温杯保修期多久？": "13812345678",
    "座机{}，几天内可以无理由退货？": "010-63553377",
    "身份证号{}，需要实名吗": "110101199003077758",
    "开票用的信用代码是{}": "91110000100000000A",
    "退款到银行卡{}，多久到账？": "6222021001116245702",
    "回执发到{}": "Li.Si@mail.example.cn",
    "收货地址是{}": "北京市朝阳区建国路88号",
    "车牌{}能开进去吗": "京A12345",
    "护照号{}": "E12345678",
    "订单号{}还没到，发货用什么快递？": "2024011500123",
    "我叫{}，请回电": "张伟",
}
TYPED = ["13700001111", "13600002222", "13500003333", "13400004444", "13300005555"]
PLACE, SHOP_ORDER = "杭州市西湖区文三路477号", "3704612354559743232"
PLANTED = [*SAID.values(), *TYPED, PLACE, SHOP_ORDER, "建国路88号", "文三路"]


@pytest.fixture
def shop(transactional_db, release, endpoint, simulator, phone, live_server, settings):  # noqa: F811
    """Answers are written by the endpoint; callbacks reach our web server."""
    shared_redis.cache_clear()
    with heartbeats.client() as client:
        client.flushdb()
    settings.SIMULATOR_URL, settings.CHAT_MODEL = phone.base, endpoint.chat_model
    account = AccountFactory()
    account.bases.add(shop_base())
    phone.post("accounts", **ACCOUNT | {"callback_url": f"{live_server.url}/hooks/wecom_kf/shop/"})
    yield account
    shared_redis.cache_clear()


@pytest.fixture
def agent(shop):
    user = user_create(actor=None, username="agent", password="x", role="agent")
    for container in (shop, shop.bases.get()):
        grant(actor=None, subject=user, container=container)
    return user


def wait_until(settled) -> None:
    deadline = time.monotonic() + 20
    while not settled():
        assert time.monotonic() < deadline
        threading.Event().wait(0.02)


def pump(account) -> Conversation:
    """What the workers do: pull, answer, send."""
    account_pull(account_id=account.pk, always=True)
    conversation = Conversation.objects.get()
    turn_run(conversation_id=conversation.pk)
    outbound_run(conversation_id=conversation.pk)
    return conversation


def converse(phone, account, agent) -> tuple[Conversation, str]:
    """Everything a customer and our people can write, with personal data in it. Returns the conversation and the customer."""
    customer = phone.customer()
    for text, value in SAID.items():
        phone.post("say", external_userid=customer, text=text.format(value))
        conversation = pump(account)
    wait_until(lambda: InboundEvent.objects.exists())
    phone.post("send", external_userid=customer, msgtype="location", body={"name": PLACE, "address": PLACE, "latitude": 30.27})
    phone.post("send", external_userid=customer, msgtype="channels_shop_order", body={"order_id": SHOP_ORDER, "product_titles": "保温杯"})
    conversation = pump(account)
    conversation_offer(actor=agent, conversation=conversation, reason=f"请打{TYPED[0]}")
    conversation_take_over(actor=agent, conversation=conversation)
    agent_reply(actor=agent, conversation=conversation, text=f"您的号码<手机号_1>已登记，专员{TYPED[1]}")
    outbound_run(conversation_id=conversation.pk)
    customer_update(actor=agent, customer=conversation.identity.customer, name="", remark=f"备用{TYPED[2]}", tags=f"VIP {TYPED[3]}")
    row = question_ask(actor=agent, base_ids=[account.bases.get().pk], text=f"客户{TYPED[4]}问保温杯保修期多久？")
    question_run(question_id=row.pk)
    for placeholder in values_of(conversation.vault, conversation.messages.values_list("text", flat=True)):
        value_reveal(actor=agent, conversation=conversation, placeholder=placeholder)
    return conversation, customer


def database_text() -> str:
    """Every row of every table as Postgres writes it."""
    pieces = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT row_to_json(t)::text FROM "{table}" t')
            pieces += [f"{table}: {row}" for (row,) in cursor.fetchall()]
    return "\n".join(pieces)


def redis_text() -> str:
    """Every key with its value; bodies of queued tasks decoded."""
    pieces = []
    with heartbeats.client() as client:
        for key in client.scan_iter():
            name = key.decode() if isinstance(key, bytes) else key
            reader = {"list": lambda k: client.lrange(k, 0, -1), "string": lambda k: [client.get(k)], "hash": lambda k: client.hgetall(k).items(),
                      "set": client.smembers, "zset": lambda k: client.zrange(k, 0, -1)}[_text(client.type(key))]  # fmt: skip
            pieces += [f"{name}: {_text(item)} {_body(_text(item))}" for item in reader(key)]
    return "\n".join(pieces)


def _text(value) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _body(item: str) -> str:
    """The arguments of a queued task."""
    if not item.startswith('{"body"'):
        return ""
    return base64.b64decode(json.loads(item)["body"]).decode()


def found_in(text: str) -> list[str]:
    return [value for value in PLANTED if value in text or json.dumps(value)[1:-1] in text or value.lower() in text]


@pytest.mark.django_db(transaction=True)
def test_a_conversation_leaves_no_value_outside_the_vault(shop, agent, phone, endpoint, caplog):  # noqa: F811
    caplog.set_level(logging.DEBUG)
    conversation, customer = converse(phone, shop, agent)

    stored, queued = database_text(), redis_text()
    sent_out = json.dumps(endpoint.requests, ensure_ascii=False)
    assert found_in(stored) == []
    assert found_in(queued) == []
    assert found_in(sent_out) == []
    assert found_in(caplog.text) == []

    # It was all there, and the search sees what is.
    assert "<手机号_1>" in stored
    assert "保修期" in stored
    assert "conversations." in queued
    assert any("messages" in request for request in endpoint.requests)
    assert "<手机号_1>" in sent_out or "保修期" in sent_out
    assert Turn.objects.count() >= len(SAID)
    assert Question.objects.get().text == "客户<手机号_1>问保温杯保修期多久？"
    kept = values_of(conversation.vault, Message.objects.values_list("text", flat=True)).values()
    assert {*SAID.values(), PLACE, SHOP_ORDER} <= set(kept)
    assert AuditEntry.objects.filter(action="personal.reveal").count() == len(kept)
    assert PersonalValue.objects.filter(secret="").count() == 0
    # The customer reads their own number, and the colleague's as it was typed.
    last = [item["text"]["content"] for item in phone.replies(customer) if item["msgtype"] == "text"][-1]
    assert last == f"您的号码13812345678已登记，专员{TYPED[1]}"
