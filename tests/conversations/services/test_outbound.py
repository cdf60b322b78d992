"""The outbox towards the simulator: exactly once, in order, within WeChat's limits."""

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from conversations.choices import Author, Holder, OutboundState
from conversations.models import ChannelAccount, Message, OutboundMessage
from conversations.services import outbound as outbox
from conversations.services.handover import conversation_take_over
from conversations.services.pull import account_pull
from scrm.access.models import User
from scrm.core import tasks
from scrm.privacy.models import PersonalValue
from scrm.privacy.vault import text_mask_in_tx
from tests.conversations.factories import AccountFactory, ConversationFactory, CustomerMessageFactory

pytestmark = pytest.mark.usefixtures("transactional_db")
ITEMS = [{"id": "fb_1_1", "label": "已解决"}, {"id": "human_1", "label": "转人工"}]


@pytest.fixture(autouse=True)
def quiet(monkeypatch):
    """Published tasks go nowhere."""
    monkeypatch.setattr(tasks, "send", lambda *args, **_: None)


@pytest.fixture
def account(transactional_db, phone, wecom, settings):
    settings.SIMULATOR_URL = phone.base
    return AccountFactory()


@pytest.fixture
def talk(account, phone):
    """A conversation whose customer has written once, here and at the simulator."""
    customer = phone.customer()
    phone.post("say", external_userid=customer, text="在吗")
    account_pull(account_id=account.pk, always=True)
    return account.conversations.get()


def queue(conversation, text="您好", key="turn:1:0", **values) -> OutboundMessage:
    return OutboundMessage.objects.create(conversation=conversation, idempotency_key=key, author=Author.BOT, text=text, **values)


def run(conversation) -> None:
    outbox.outbound_run(conversation_id=conversation.pk)


def received(phone, conversation) -> list[str]:
    return [item["text"]["content"] for item in phone.replies(conversation.identity.external_id) if item["msgtype"] == "text"]


def due_now() -> None:
    OutboundMessage.objects.update(next_attempt_at=None)


def test_messages_leave_in_order_and_appear_in_the_thread(talk, phone):
    for number in range(3):
        queue(talk, f"第{number}句", key=f"turn:1:{number}")
    run(talk)
    assert received(phone, talk) == ["第0句", "第1句", "第2句"]
    assert list(Message.objects.filter(author=Author.BOT).values_list("text", flat=True)) == ["第0句", "第1句", "第2句"]
    assert set(OutboundMessage.objects.values_list("state", flat=True)) == {OutboundState.SENT}


def test_running_again_sends_nothing(talk, phone):
    queue(talk)
    run(talk)
    run(talk)
    assert received(phone, talk) == ["您好"]


def test_a_lost_answer_is_reconciled_under_the_same_id(talk, phone):
    queue(talk)
    phone.post("faults", kind="drop_answer", api="kf/send_msg")
    run(talk)
    assert OutboundMessage.objects.get().state == OutboundState.UNKNOWN
    due_now()
    run(talk)
    assert OutboundMessage.objects.get().state == OutboundState.SENT
    assert received(phone, talk) == ["您好"]


def test_a_lost_answer_to_the_last_message_of_the_quota(talk, phone):
    for number in range(5):
        queue(talk, f"第{number}句", key=f"turn:1:{number}")
    for _ in range(4):
        outbox._send_next(talk.pk)
    phone.post("faults", kind="drop_answer", api="kf/send_msg")
    run(talk)
    phone.post("faults", kind="error", api="kf/send_msg", value=95001)
    due_now()
    run(talk)
    assert OutboundMessage.objects.exclude(state=OutboundState.SENT).count() == 0
    assert len(received(phone, talk)) == 5


def test_a_killed_sender_is_reconciled(talk, phone):
    row = queue(talk)
    assert outbox._claim(row, {})
    outbox.CHANNELS[talk.account.kind].send(talk.account, row)
    run(talk)
    assert OutboundMessage.objects.get().state == OutboundState.SENT
    assert received(phone, talk) == ["您好"]


def test_two_workers_send_once(talk, phone):
    for number in range(5):
        queue(talk, f"第{number}句", key=f"turn:1:{number}")

    def work():
        try:
            run(talk)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert received(phone, talk) == [f"第{number}句" for number in range(5)]


@pytest.mark.parametrize("fault", [{"value": -1}, {"value": 45009}, {"kind": "garbage"}, {"value": 60020}])
def test_what_passes_is_tried_again_later_and_nothing_overtakes(talk, phone, fault):
    queue(talk, "先", key="a")
    queue(talk, "后", key="b")
    phone.post("faults", **{"kind": "error", "api": "kf/send_msg"} | fault)
    run(talk)
    first, second = OutboundMessage.objects.order_by("id")
    assert first.state in (OutboundState.RETRY, OutboundState.UNKNOWN)
    assert first.next_attempt_at > timezone.now()
    assert second.state == OutboundState.QUEUED
    assert outbox.conversations_waiting() == []
    due_now()
    assert outbox.conversations_waiting() == [talk.pk]
    run(talk)
    assert received(phone, talk) == ["先", "后"]


@pytest.mark.parametrize("errcode", [95018, 95002, 95013, 40096])
def test_what_will_never_succeed_fails_with_its_cause_and_calls_a_person(talk, phone, errcode):
    queue(talk)
    phone.post("faults", kind="error", api="kf/send_msg", value=errcode)
    run(talk)
    row = OutboundMessage.objects.get()
    talk.refresh_from_db()
    assert (row.state, row.error_code) == (OutboundState.FAILED, str(errcode))
    assert talk.holder == Holder.WAITING
    assert row.error in talk.handover_reason


def test_the_sixth_message_is_not_even_tried(talk, phone):
    for number in range(6):
        queue(talk, f"第{number}句", key=f"turn:1:{number}")
    run(talk)
    assert len(received(phone, talk)) == 5
    last = OutboundMessage.objects.last()
    assert (last.state, last.error_code) == (OutboundState.FAILED, "95001")
    calls = [call for call in phone.get("wire", open_kfid="wk1")["calls"] if call["name"] == "kf/send_msg"]
    assert len(calls) == 5


def test_after_48_hours_nothing_is_tried(account, phone):
    conversation = ConversationFactory(account=account)
    CustomerMessageFactory(conversation=conversation, sent_at=timezone.now() - timedelta(hours=49))
    queue(conversation)
    run(conversation)
    assert OutboundMessage.objects.get().error_code == "95002"


def test_a_long_answer_is_split_within_the_budget(talk, phone):
    text = "".join(f"第{number}条规则，请您留意。" for number in range(200))
    queue(talk, text)
    run(talk)
    assert "".join(received(phone, talk)) == text
    assert Message.objects.get(author=Author.BOT).text == text


def test_an_interrupted_long_answer_is_completed_without_repetition(talk, phone):
    text = "".join(f"第{number}条规则，请您留意。" for number in range(200))
    queue(talk, text)
    phone.post("faults", kind="drop_answer", api="kf/send_msg")
    run(talk)
    due_now()
    run(talk)
    assert "".join(received(phone, talk)) == text


def test_a_menu_and_its_words(talk, phone):
    queue(talk, "七天内可退货。", kind="msgmenu", payload={"items": ITEMS, "head": "解决您的问题了吗？"})
    run(talk)
    text, menu = phone.replies(talk.identity.external_id)
    assert text["text"]["content"] == "七天内可退货。"
    assert [entry["click"]["content"] for entry in menu["msgmenu"]["list"]] == ["已解决", "转人工"]
    assert menu["msgmenu"]["head_content"] == "解决您的问题了吗？"


def test_a_menu_without_head_is_one_message(talk, phone):
    queue(talk, "解决了吗？", kind="msgmenu", payload={"items": ITEMS})
    run(talk)
    [menu] = phone.replies(talk.identity.external_id)
    assert menu["msgmenu"]["head_content"] == "解决了吗？"


def test_the_bot_is_silent_once_a_person_holds_the_conversation(talk, phone):
    queue(talk)
    agent = User.objects.create_superuser(username="agent", password="x")
    conversation_take_over(actor=agent, conversation=talk)
    run(talk)
    assert received(phone, talk) == []
    assert OutboundMessage.objects.get().error_code == "person_came_first"
    OutboundMessage.objects.create(conversation=talk, idempotency_key="agent:1", author=Author.AGENT, user=agent, text="我是小王")
    run(talk)
    assert received(phone, talk) == ["我是小王"]


def test_welcome_goes_out_by_its_code(account, phone):
    ChannelAccount.objects.update(welcome_text="欢迎光临")
    customer = phone.customer()
    phone.post("enter", external_userid=customer)
    account_pull(account_id=account.pk, always=True)
    conversation = account.conversations.get()
    run(conversation)
    assert received(phone, conversation) == ["欢迎光临"]


def test_a_late_welcome_fails_quietly(account, phone):
    ChannelAccount.objects.update(welcome_text="欢迎光临")
    phone.post("enter", external_userid=phone.customer())
    account_pull(account_id=account.pk, always=True)
    phone.post("clock", seconds=21)
    conversation = account.conversations.get()
    run(conversation)
    conversation.refresh_from_db()
    assert OutboundMessage.objects.get().state == OutboundState.FAILED
    assert conversation.holder == Holder.BOT


def test_a_failure_reported_after_sending_stands(talk, phone):
    phone.post("faults", kind="send_fail", api="kf/send_msg", value=10)
    row = queue(talk)
    assert outbox._claim(row, {})
    outcome = outbox.CHANNELS[talk.account.kind].send(talk.account, row)
    account_pull(account_id=talk.account_id, always=True)
    outbox._record(row, outcome)
    row.refresh_from_db()
    talk.refresh_from_db()
    assert (row.state, row.error_code) == (OutboundState.FAILED, "fail_type_10")
    assert talk.holder == Holder.WAITING


def test_attempts_come_to_an_end(talk, phone):
    queue(talk, attempts=outbox.MAX_ATTEMPTS - 1)
    phone.post("faults", kind="error", api="kf/send_msg", value=-1)
    run(talk)
    assert OutboundMessage.objects.get().error_code == "given_up"


def test_a_disabled_account_sends_nothing(talk, phone):
    ChannelAccount.objects.update(enabled=False)
    queue(talk)
    run(talk)
    assert received(phone, talk) == []
    assert OutboundMessage.objects.get().error_code == "account_disabled"


def test_only_the_head_of_a_conversation_is_offered_to_the_drain(talk, account):
    other = ConversationFactory(account=account, external_id="wm-other")
    queue(talk, key="a", state=OutboundState.RETRY, next_attempt_at=timezone.now() + timedelta(minutes=1))
    queue(talk, key="b")
    queue(other, key="c")
    queue(other, key="d", state=OutboundState.SENT)
    assert outbox.conversations_waiting() == [other.pk]


def test_values_are_put_in_on_the_way_out_and_stored_nowhere(talk, phone):
    address = "浙江省杭州市西湖区文三路477号华星科技大厦9层A座"
    words = text_mask_in_tx(talk.vault, f"手机13812345678，地址{address}。" + "好的，" * 400)
    queue(talk, words)
    run(talk)
    row = OutboundMessage.objects.get()
    assert row.state == OutboundState.SENT
    assert "".join(received(phone, talk)).startswith(f"手机13812345678，地址{address}。")
    assert all(len(text.encode()) <= 2048 for text in received(phone, talk))
    stored = f"{row.text}{row.payload}{row.message.text}"
    assert "<手机号_1>，地址<地址_1>" in stored
    assert "13812345678" not in stored
    assert "文三路" not in stored


def test_a_value_that_is_gone_is_named_by_its_kind(talk, phone):
    queue(talk, text_mask_in_tx(talk.vault, "您的手机13812345678已登记，<邮箱_7>也是"))
    PersonalValue.objects.update(expires_at=timezone.now())
    run(talk)
    assert received(phone, talk) == ["您的手机[手机号]已登记，<邮箱_7>也是"]
