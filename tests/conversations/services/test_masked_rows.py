"""Texts are masked where they are stored; rows of before are masked by the migration."""

import importlib

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from conversations.channels.wecom_kf.client import SyncPage
from conversations.choices import Author, OutboundState
from conversations.models import ChannelIdentity, Message, OutboundMessage
from conversations.services.inbound import page_store
from scrm.privacy.vault import value_of, values_of
from tests.conversations.factories import AccountFactory, ConversationFactory, CustomerMessageFactory

pytestmark = pytest.mark.usefixtures("transactional_db")
PHONE = "13812345678"


def row(msgid: str, msgtype: str, customer: str = "wm1", **body) -> dict:
    return {
        "msgid": msgid, "open_kfid": "wk1", "external_userid": customer, "send_time": int(timezone.now().timestamp()), "origin": 3,
        "msgtype": msgtype, msgtype: body,
    }  # fmt: skip


def store(account, *rows, cursor="", to="c1") -> None:
    page_store(account_id=account.pk, cursor=cursor, page=SyncPage(rows, to, False))


def test_a_page_is_stored_masked_with_one_numbering_a_conversation():
    account = AccountFactory()
    store(account, row("1", "text", content=f"手机{PHONE}"), row("2", "text", "wm2", content="手机13900001111，邮箱a@b.cn"))
    store(account, row("3", "text", content="另一个13700001111，还是138 1234 5678"), cursor="c1", to="c2")
    assert list(Message.objects.order_by("id").values_list("text", flat=True)) == [
        "手机<手机号_1>", "手机<手机号_1>，邮箱<邮箱_1>", "另一个<手机号_2>，还是<手机号_1>",
    ]  # fmt: skip
    first = Message.objects.first().conversation
    assert value_of(first.vault, "<手机号_2>")[1] == "13700001111"


@pytest.mark.parametrize(
    ("msgtype", "body", "text"),
    [
        ("location", {"name": "某某家", "address": "某某路", "latitude": 30.2}, "[位置] <地址_1> <地址_2>"),
        ("link", {"title": f"单子{PHONE}", "url": f"https://a.cn/x?phone={PHONE}#1"}, "[链接] 单子<手机号_1> https://a.cn/x"),
        ("file", {"filename": f"合同{PHONE}.pdf", "media_id": "m1"}, "[文件] 合同<手机号_1>.pdf"),
        ("channels_shop_order", {"order_id": "3704612354559743232", "state": "已付款"}, "[订单] <订单号_1> 已付款"),
        ("text", {"content": "已解决", "menu_id": "fb_1_1"}, "已解决"),
        ("hologram", {"phone": PHONE}, "[不支持的消息]"),
    ],
)
def test_fields_are_masked_by_what_they_are_and_payloads_keep_no_words(msgtype, body, text):
    store(AccountFactory(), row("1", msgtype, **body))
    message = Message.objects.get()
    assert message.text == text
    assert message.payload == {key: body[key] for key in ("menu_id", "media_id") if key in body}


def test_a_page_without_personal_data_costs_the_vault_nothing():
    account = AccountFactory()
    store(account, row("1", "text", content="在吗"))
    with CaptureQueriesContext(connection) as asked:
        store(account, row("2", "text", content="保温杯保修期多久？"), cursor="c1", to="c2")
    assert not any("privacy_personalvalue" in query["sql"] for query in asked.captured_queries)
    assert Message.objects.count() == 2


def test_rows_of_before_are_masked_and_can_be_shown():
    conversation = ConversationFactory(account=AccountFactory(), handover_reason=f"回电{PHONE}")
    CustomerMessageFactory(conversation=conversation, text=f"手机{PHONE}", payload={"content": PHONE, "menu_id": "fb_1_1"})
    sent = f"热线400-123-4567，您的号码{PHONE}"
    part = {"id": "x", "msgtype": "text", "payload": {"content": sent}}
    OutboundMessage.objects.create(
        conversation=conversation, idempotency_key="k", author=Author.BOT, text=sent, state=OutboundState.SENT,
        payload={"parts": [part], "external_ids": ["x"]},
    )  # fmt: skip
    ChannelIdentity.objects.update(profile={"nickname": "阿强", "unionid": "u", "remark": PHONE})
    customer = conversation.identity.customer
    customer.remark = f"备用{PHONE}"
    customer.save()

    importlib.import_module("conversations.migrations.0008_mask_stored_texts").mask(apps, None)

    message, outbound = Message.objects.get(), OutboundMessage.objects.get()
    assert (message.text, message.payload) == ("手机<手机号_1>", {"menu_id": "fb_1_1"})
    assert outbound.text == "热线400-123-4567，您的号码<手机号_1>"
    assert outbound.payload == {"parts": [part | {"payload": {"content": outbound.text}}], "external_ids": ["x"]}
    conversation.refresh_from_db()
    assert conversation.handover_reason == "回电<手机号_1>"
    assert values_of(conversation.vault, [message.text]) == {"<手机号_1>": PHONE}
    assert ChannelIdentity.objects.get().profile == {"nickname": "阿强"}
    customer.refresh_from_db()
    assert values_of(customer.vault, [customer.remark]) == {"<手机号_1>": PHONE}
