"""From doorbell to stored messages, with the simulator at the far end of the wire."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conversations.channels.wecom_kf.client import SyncPage
from conversations.choices import Author, ConversationState, EventState, Holder, OutboundState
from conversations.models import ChannelAccount, ChannelIdentity, Conversation, InboundEvent, Message, OutboundMessage
from conversations.services import pull
from conversations.services.inbound import page_store
from conversations.services.profiles import profiles_fetch
from scrm.core import tasks
from scrm.core.locks import try_session_lock
from tests.conversations.factories import AccountFactory, ConversationFactory

pytestmark = pytest.mark.usefixtures("transactional_db")


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """Tasks that were published."""
    names: list = []
    monkeypatch.setattr(tasks, "send", lambda name, *ids, **_: names.append((name, *ids)))
    return names


@pytest.fixture
def account(transactional_db, phone, wecom, settings):
    settings.SIMULATOR_URL = phone.base
    return AccountFactory()


def ring(account, number=1, token=""):
    return InboundEvent.objects.create(
        account=account, event_key=f"k{number}", payload={"event": "kf_msg_or_event", "token": token, "open_kfid": "wk1"}
    )


def texts() -> list[str]:
    return list(Message.objects.order_by("id").values_list("text", flat=True))


def row(msgid, **values) -> dict:
    return {
        "msgid": msgid,
        "open_kfid": "wk1",
        "external_userid": "wm1",
        "send_time": int(timezone.now().timestamp()),
        "origin": 3,
    } | values


def said(msgid, content="在吗", **values) -> dict:
    return row(msgid, msgtype="text", text={"content": content}, **values)


def event(msgid, event_type, **fields) -> dict:
    body = {"event_type": event_type, "open_kfid": "wk1", "external_userid": "wm1"} | fields
    return {"msgid": msgid, "send_time": int(timezone.now().timestamp()), "origin": 4, "msgtype": "event", "event": body}


def store(account, *rows, cursor="", to="c1", history_before=None) -> bool:
    return page_store(account_id=account.pk, cursor=cursor, page=SyncPage(rows, to, False), history_before=history_before)


def test_messages_become_a_conversation(account, phone, sent):
    one, two = phone.customer("小李"), phone.customer("阿强")
    for customer, text in ((one, "怎么退货"), (two, "在吗"), (one, "还有运费")):
        phone.post("say", external_userid=customer, text=text)
    ring(account)
    pull.account_pull(account_id=account.pk)
    assert texts() == ["怎么退货", "在吗", "还有运费"]
    assert Conversation.objects.count() == ChannelIdentity.objects.count() == 2
    assert InboundEvent.objects.get().state == EventState.DONE
    answered = [("conversations.turn_run", pk) for pk in Conversation.objects.order_by("id").values_list("pk", flat=True)]
    assert [name for name in sent if name[0] == "conversations.turn_run"] == answered
    account.refresh_from_db()
    assert account.cursor
    assert account.pulled_at


def test_pulling_again_changes_nothing(account, phone, sent):
    phone.post("say", external_userid=phone.customer(), text="在吗")
    ring(account)
    pull.account_pull(account_id=account.pk)
    sent.clear()
    ring(account, 2)
    pull.account_pull(account_id=account.pk)
    assert (texts(), sent) == (["在吗"], [])


def test_without_a_doorbell_nothing_is_asked(account, phone):
    pull.account_pull(account_id=account.pk)
    assert phone.get("wire", open_kfid="wk1")["calls"] == []


def test_a_disabled_account_is_left_alone(account, phone):
    ChannelAccount.objects.update(enabled=False)
    ring(account)
    pull.account_pull(account_id=account.pk)
    assert phone.get("wire", open_kfid="wk1")["calls"] == []
    assert pull.accounts_waiting() == []


def test_reconciling_asks_without_a_doorbell(account, phone):
    phone.post("say", external_userid=phone.customer(), text="在吗")
    pull.account_pull(account_id=account.pk, always=True)
    assert texts() == ["在吗"]


@pytest.mark.parametrize(
    "fault", [{"kind": "page_size", "value": 2, "times": 9}, {"kind": "empty_page"}, {"kind": "duplicate_rows", "times": 3}]
)
def test_pages_are_read_to_the_end(account, phone, fault):
    customer = phone.customer()
    for number in range(5):
        phone.post("say", external_userid=customer, text=f"第{number}句")
    phone.post("faults", **fault)
    ring(account)
    pull.account_pull(account_id=account.pk)
    assert texts() == [f"第{number}句" for number in range(5)]


def test_a_server_that_never_ends_is_left(account, phone):
    phone.post("faults", kind="empty_page", times=1000)
    ring(account)
    pull.account_pull(account_id=account.pk)
    assert len(phone.get("wire", open_kfid="wk1")["calls"]) < 30


def test_a_stale_token_is_dropped(account, phone):
    phone.post("say", external_userid=phone.customer(), text="在吗")
    ring(account, token="stale")
    pull.account_pull(account_id=account.pk)
    assert texts() == ["在吗"]


@pytest.mark.parametrize("fault", [{"value": 48007}, {"value": -1}, {"kind": "garbage"}, {"kind": "drop_answer"}])
def test_a_failure_keeps_the_doorbell_and_names_the_cause(account, phone, fault):
    phone.post("say", external_userid=phone.customer(), text="在吗")
    phone.post("faults", **{"kind": "error", "api": "kf/sync_msg"} | fault)
    ring(account)
    pull.account_pull(account_id=account.pk)
    account.refresh_from_db()
    assert account.last_error
    assert InboundEvent.objects.get().state == EventState.RECEIVED
    assert pull.accounts_waiting() == []
    ChannelAccount.objects.update(last_error_at=timezone.now() - timedelta(minutes=1))
    assert pull.accounts_waiting() == [account.pk]
    pull.account_pull(account_id=account.pk)
    account.refresh_from_db()
    assert (texts(), account.last_error) == (["在吗"], "")


def test_only_one_worker_pulls(account, phone):
    phone.post("say", external_userid=phone.customer(), text="在吗")
    ring(account)

    def elsewhere():
        try:
            pull.account_pull(account_id=account.pk)
        finally:
            connection.close()

    with try_session_lock("account_pull", account.pk):
        thread = threading.Thread(target=elsewhere)
        thread.start()
        thread.join()
    assert texts() == []
    pull.account_pull(account_id=account.pk)
    assert texts() == ["在吗"]


def test_two_workers_at_once_store_once(account, phone):
    customer = phone.customer()
    for number in range(30):
        phone.post("say", external_userid=customer, text=str(number))
    phone.post("faults", kind="page_size", value=3, times=50)
    ring(account)

    def work():
        try:
            pull.account_pull(account_id=account.pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts() == [str(number) for number in range(30)]


def test_a_page_read_from_another_cursor_is_refused(account):
    assert store(account, said("m1"), cursor="", to="c1")
    assert not store(account, said("m2"), cursor="", to="c2")
    assert texts() == ["在吗"]


def test_first_start_does_not_answer_old_history(account, sent):
    old, new = said("m1", "旧消息", send_time=1760000001), said("m2", "新消息", external_userid="wm2")
    assert store(account, old, new, history_before=timezone.now() - timedelta(minutes=10))
    history, fresh = Conversation.objects.order_by("identity__external_id")
    assert history.answered_up_to == history.messages.get().pk
    assert fresh.answered_up_to == 0
    assert [name for name in sent if name[0] == "conversations.turn_run"] == [("conversations.turn_run", fresh.pk)]


def test_history_is_only_the_first_start(account):
    assert pull._history_before(account) is not None
    account.pulled_at = timezone.now()
    assert pull._history_before(account) is None


def test_rows_of_other_accounts_are_left(account):
    store(account, said("m1", open_kfid="wk2"), said("m2"))
    assert Message.objects.get().external_id == "m2"


def test_a_closed_conversation_is_followed_by_a_new_one(account):
    ConversationFactory(account=account, state=ConversationState.CLOSED)
    store(account, said("m1"))
    assert Conversation.objects.filter(state=ConversationState.OPEN).count() == 1


def test_a_servicer_in_the_client_holds_the_conversation(account, sent):
    store(account, said("m1"), said("m2", "我来", origin=5, servicer_userid="zhangsan"))
    conversation = Conversation.objects.get()
    assert (conversation.holder, conversation.assignee) == (Holder.PERSON, None)
    assert conversation.handover_reason
    assert conversation.answered_up_to == Message.objects.get(external_id="m2").pk
    assert Message.objects.get(external_id="m2").author == Author.AGENT


def test_session_events_follow_the_client(account):
    store(account, said("m1"), event("e1", "session_status_change", change_type=1, new_servicer_userid="zhangsan"))
    conversation = Conversation.objects.get()
    assert conversation.holder == Holder.PERSON
    store(account, event("e2", "session_status_change", change_type=3), said("m2", "还有个问题"), cursor="c1", to="c2")
    conversation.refresh_from_db()
    assert conversation.state == ConversationState.CLOSED
    following = Conversation.objects.get(state=ConversationState.OPEN)
    assert (following.holder, following.messages.get().text) == (Holder.BOT, "还有个问题")


def test_a_recalled_message_is_marked(account):
    store(account, said("m1"), event("e1", "user_recall_msg", recall_msgid="m1"))
    assert Message.objects.get().recalled_at


def test_welcome_is_queued_once_and_only_in_time(account, sent):
    ChannelAccount.objects.update(welcome_text="欢迎光临")
    enter = event("e1", "enter_session", welcome_code="W1")
    late = event("e2", "enter_session", welcome_code="W2") | {"send_time": 1760000001}
    store(account, enter, late)
    store(account, enter, cursor="c1", to="c2")
    welcome = OutboundMessage.objects.get()
    assert (welcome.event_code, welcome.text) == ("W1", "欢迎光临")
    assert ("conversations.outbound_run", welcome.conversation_id) in sent


def test_a_failed_delivery_is_marked_and_offered(account):
    conversation = ConversationFactory(account=account)
    outbound = OutboundMessage.objects.create(
        conversation=conversation,
        idempotency_key="k",
        author=Author.BOT,
        text="您好",
        state=OutboundState.SENT,
        payload={"external_ids": ["a1"]},
    )
    store(account, event("e1", "msg_send_fail", fail_msgid="a1", fail_type=10))
    outbound.refresh_from_db()
    conversation.refresh_from_db()
    assert (outbound.state, outbound.error_code) == (OutboundState.FAILED, "fail_type_10")
    assert conversation.holder == Holder.WAITING


def test_wild_rows_are_stored_or_skipped(account):
    store(
        account,
        {},
        {"msgid": 1},
        said("m1", "a\x00b\ud800"),
        row("m2", msgtype="hologram"),
        event("e1", "brand_new"),
        event("e2", "enter_session", external_userid=None),
    )
    assert texts() == ["ab?", "[不支持的消息]"]


def test_a_page_costs_few_queries(account, django_assert_max_num_queries):
    with django_assert_max_num_queries(20):
        store(account, *(said(f"m{number}", external_userid=f"wm{number % 20}") for number in range(200)))
    assert Message.objects.count() == 200


def test_profiles_are_fetched_once(account, phone):
    customer = phone.customer("阿强")
    phone.post("say", external_userid=customer, text="在吗")
    pull.account_pull(account_id=account.pk, always=True)
    store(account, said("m9", external_userid="wm-unknown"), cursor=ChannelAccount.objects.get().cursor)
    profiles_fetch(account_id=account.pk)
    identity = ChannelIdentity.objects.get(external_id=customer)
    assert (identity.profile["nickname"], identity.customer.name) == ("阿强", "阿强")
    assert ChannelIdentity.objects.get(external_id="wm-unknown").profile == {"unknown": True}
