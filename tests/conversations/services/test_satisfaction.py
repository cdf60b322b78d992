"""One question after a conversation, within what WeChat allows, and what customers answer to it. The simulator at the far end of the wire."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from conversations.channels.wecom_kf.client import SyncPage
from conversations.choices import Author, ConversationState, Holder, OutboundState, TurnState
from conversations.models import ChannelAccount, Conversation, Message, OutboundMessage, ReviewTask, Satisfaction, Turn
from conversations.services.erasure import customer_erase
from conversations.services.handover import conversation_close, conversation_take_over
from conversations.services.idle import conversations_end_idle
from conversations.services.inbound import page_store
from conversations.services.outbound import outbound_run
from conversations.services.pull import account_pull
from conversations.services.turns import turn_run
from scrm.access.services import user_create
from scrm.core import tasks
from tests.conversations.factories import AccountFactory, ConversationFactory

pytestmark = pytest.mark.usefixtures("transactional_db")
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def unsent(monkeypatch):
    monkeypatch.setattr(tasks, "send", lambda name, *ids, **_: None)


@pytest.fixture
def account(transactional_db) -> ChannelAccount:
    return AccountFactory(asks_satisfaction=True)


@pytest.fixture
def agent(transactional_db):
    return user_create(actor=None, username="boss", password="right-horse-battery", role="administrator")


@pytest.fixture
def talk(account) -> Conversation:
    """A conversation in which the bot has answered the customer's question."""
    row = ConversationFactory(account=account, external_id="wm1", last_message_at=timezone.now(), last_customer_at=timezone.now())
    asked = message(row, Author.CUSTOMER, "保修多久")
    said = message(row, Author.BOT, "两年")
    Turn.objects.create(conversation=row, trigger=asked, state=TurnState.ANSWERED, verdict="supported", question="保修多久", answer="两年")
    OutboundMessage.objects.create(
        conversation=row, idempotency_key=f"t{row.pk}", author=Author.BOT, message=said, text="两年", state=OutboundState.SENT
    )
    Conversation.objects.filter(pk=row.pk).update(answered_up_to=asked.pk)
    row.refresh_from_db()
    return row


def message(row, author, text, *, age=timedelta(0), user=None) -> Message:
    number = Message.objects.count()
    at = timezone.now() - age
    return Message.objects.create(
        account=row.account, conversation=row, external_id=f"m{number}", author=author, text=text, sent_at=at, user=user
    )


def hear(account, *texts, menu_id="", customer="wm1"):
    """A page of sync_msg with what the customer wrote."""
    account.refresh_from_db()
    rows = [
        {
            "msgid": f"in{Message.objects.count()}x{number}", "open_kfid": "wk1", "external_userid": customer, "origin": 3,
            "send_time": int(timezone.now().timestamp()), "msgtype": "text", "text": {"content": text} | ({"menu_id": menu_id} if menu_id else {}),
        }
        for number, text in enumerate(texts)
    ]  # fmt: skip
    assert page_store(
        account_id=account.pk, cursor=account.cursor, page=SyncPage(rows=rows, cursor=f"c{Message.objects.count()}", has_more=False)
    )


def queued() -> list[str]:
    return list(OutboundMessage.objects.filter(state=OutboundState.QUEUED).order_by("pk").values_list("text", flat=True))


def close(row, actor=None) -> Satisfaction | None:
    conversation_close(actor=actor, conversation=row)
    return Satisfaction.objects.filter(conversation=row).first()


def test_a_menu_goes_out_once_when_a_person_ends_the_conversation(talk, agent, settings):
    survey = close(talk, agent)
    (menu,) = OutboundMessage.objects.filter(kind="msgmenu")
    assert (menu.text, menu.author) == (settings.SATISFACTION_TEXT, Author.SYSTEM)
    assert [item["id"] for item in menu.payload["items"]] == [f"csat_{survey.pk}_{score}" for score in (5, 4, 3, 2, 1)]
    close(talk, agent)
    assert OutboundMessage.objects.filter(kind="msgmenu").count() == Satisfaction.objects.count() == 1


def test_words_and_scale_are_the_accounts(talk, agent):
    ChannelAccount.objects.update(satisfaction_scale=3, satisfaction_text="亲，这次满意吗？")
    survey = close(talk, agent)
    menu = OutboundMessage.objects.get(kind="msgmenu")
    assert (survey.scale, menu.text, [item["label"] for item in menu.payload["items"]]) == (
        3,
        "亲，这次满意吗？",
        ["满意", "一般", "不满意"],
    )


def off(row, agent):
    ChannelAccount.objects.update(asks_satisfaction=False)


def waiting_for_a_person(row, agent):
    Conversation.objects.filter(pk=row.pk).update(holder=Holder.WAITING, handover_reason="x")


def an_answer_in_review(row, agent):
    ReviewTask.objects.create(turn=row.turns.get(), draft="x")


def beyond_two_days(row, agent):
    Message.objects.filter(conversation=row).update(sent_at=timezone.now() - 47.5 * HOUR)


def five_sent_already(row, agent):
    for number in range(4):
        sent = message(row, Author.BOT, "还有")
        OutboundMessage.objects.create(
            conversation=row, idempotency_key=f"x{number}", author=Author.BOT, message=sent, text="还有", state="sent"
        )


def four_sent_and_one_on_its_way(row, agent):
    five_sent_already(row, agent)
    OutboundMessage.objects.filter(idempotency_key="x3").update(message=None, state="queued")


def asked_today(row, agent):
    other = Conversation.objects.create(account=row.account, identity=row.identity, state=ConversationState.CLOSED)
    Satisfaction.objects.create(conversation=other, scale=5, served_by=Author.BOT)


def nothing_was_answered(row, agent):
    row.turns.all().delete()


@pytest.mark.parametrize(
    "change",
    [off, waiting_for_a_person, an_answer_in_review, beyond_two_days, five_sent_already, four_sent_and_one_on_its_way, asked_today, nothing_was_answered],
)  # fmt: skip
def test_nobody_is_asked(talk, agent, change):
    change(talk, agent)
    assert close(talk, agent) is None
    assert not OutboundMessage.objects.filter(kind="msgmenu").exists()


def test_who_wrote_last_is_rated(talk, agent):
    conversation_take_over(actor=agent, conversation=talk)
    message(talk, Author.AGENT, "我来帮您", user=agent)
    survey = close(talk, agent)
    assert (survey.served_by, survey.agent) == (Author.AGENT, agent)


def test_a_click_joins_the_ended_conversation_and_asks_nobody(talk, agent, account, settings):
    survey = close(talk, agent)
    hear(account, "5 非常满意", menu_id=f"csat_{survey.pk}_5")
    survey.refresh_from_db()
    assert (survey.score, survey.is_content) == (5, True)
    assert Conversation.objects.count() == 1
    assert Message.objects.latest("pk").conversation == talk
    assert queued()[-1] == settings.SATISFACTION_THANKS
    turn_run(conversation_id=talk.pk)
    assert Turn.objects.count() == 1


def test_the_last_click_counts_and_thanks_come_once(talk, agent, account, settings):
    survey = close(talk, agent)
    hear(account, "满意", menu_id=f"csat_{survey.pk}_4")
    hear(account, "不满意", menu_id=f"csat_{survey.pk}_2")
    survey.refresh_from_db()
    assert survey.score == 2
    assert queued().count(settings.SATISFACTION_THANKS) + queued().count(settings.SATISFACTION_SORRY) == 1


@pytest.mark.parametrize(("text", "score", "comment"), [("4", 4, ""), ("五分", 5, ""), ("2，等太久", 2, "等太久"), ("非常满意", 5, "")])
def test_a_typed_rating_counts(talk, agent, account, text, score, comment):
    survey = close(talk, agent)
    hear(account, text)
    survey.refresh_from_db()
    assert (survey.score, survey.comment, Conversation.objects.count()) == (score, comment, 1)


@pytest.mark.parametrize("text", ["5天能到吗", "转人工", "3件", "谢谢"])
def test_anything_else_is_a_new_conversation(talk, agent, account, text):
    survey = close(talk, agent)
    hear(account, text)
    survey.refresh_from_db()
    assert (survey.score, Conversation.objects.count()) == (None, 2)


def test_a_digit_in_a_new_conversation_belongs_to_it(talk, agent, account):
    survey = close(talk, agent)
    hear(account, "有几种颜色", "5")
    survey.refresh_from_db()
    assert (survey.score, Conversation.objects.count()) == (None, 2)
    hear(account, "满意", menu_id=f"csat_{survey.pk}_4")  # a tap says what it means
    survey.refresh_from_db()
    assert (survey.score, Message.objects.latest("pk").conversation) == (4, talk)


def test_a_comment_after_it_is_kept_masked_once(talk, agent, account, settings):
    survey = close(talk, agent)
    hear(account, "1 非常不满意", menu_id=f"csat_{survey.pk}_1")
    assert queued()[-1] == settings.SATISFACTION_SORRY
    hear(account, "打我电话13800138000一直没人理")
    survey.refresh_from_db()
    assert survey.comment == "打我电话<手机号_1>一直没人理"
    assert queued()[-1] == settings.SATISFACTION_COMMENT_THANKS
    hear(account, "算了")
    assert Conversation.objects.count() == 2


def test_a_comment_typed_with_the_score_is_masked_too(talk, agent, account):
    survey = close(talk, agent)
    hear(account, "2分，电话13800138000没人接")
    survey.refresh_from_db()
    assert survey.comment == "电话<手机号_1>没人接"


def test_a_question_after_a_rating_is_answered(talk, agent, account):
    survey = close(talk, agent)
    hear(account, "满意", menu_id=f"csat_{survey.pk}_4")
    hear(account, "那运费谁出")
    survey.refresh_from_db()
    assert (survey.comment, Conversation.objects.count()) == ("", 2)


def test_a_tap_after_two_days_is_thanked_for_and_does_not_count(talk, agent, account, settings):
    survey = close(talk, agent)
    Satisfaction.objects.update(asked_at=timezone.now() - 49 * HOUR)
    hear(account, "满意", menu_id=f"csat_{survey.pk}_4")
    survey.refresh_from_db()
    assert survey.score is None
    assert queued()[-1] == settings.FEEDBACK_STALE


def test_a_tap_on_somebody_elses_survey_is_no_question_to_the_bot(talk, agent, account):
    survey = close(talk, agent)
    hear(account, "满意", menu_id=f"csat_{survey.pk}_4", customer="wm9")
    survey.refresh_from_db()
    assert survey.score is None
    stranger = Conversation.objects.get(identity__external_id="wm9")
    before = OutboundMessage.objects.count()
    Conversation.objects.filter(pk=stranger.pk).update(answer_at=None)
    turn_run(conversation_id=stranger.pk)
    assert (OutboundMessage.objects.count(), Turn.objects.get(conversation=stranger).question) == (before, "")


def test_silence_ends_a_conversation_of_the_bot_and_asks(talk):
    assert conversations_end_idle() == 0
    Conversation.objects.update(last_message_at=timezone.now() - HOUR)
    assert conversations_end_idle() == 1
    talk.refresh_from_db()
    assert (talk.state, Satisfaction.objects.get().served_by) == (ConversationState.CLOSED, Author.BOT)
    assert conversations_end_idle() == 0


def held_by_a_person(row):
    Conversation.objects.filter(pk=row.pk).update(holder=Holder.PERSON, handover_reason="x")


def a_question_open(row):
    message(row, Author.CUSTOMER, "还有呢")


def a_message_on_its_way(row):
    OutboundMessage.objects.create(conversation=row, idempotency_key="q", author=Author.BOT, text="x")


def switched_off(row):
    ChannelAccount.objects.update(asks_satisfaction=False)


def never(row):
    ChannelAccount.objects.update(idle_minutes=0)


@pytest.mark.parametrize("change", [held_by_a_person, a_question_open, a_message_on_its_way, switched_off, never])
def test_silence_ends_nothing_that_is_not_over(talk, change):
    Conversation.objects.update(last_message_at=timezone.now() - HOUR)
    change(talk)
    assert conversations_end_idle() == 0


def test_an_account_that_does_not_ask_costs_a_page_nothing(account):
    ChannelAccount.objects.update(asks_satisfaction=False)
    hear(account, "在吗")
    with connection.execute_wrapper(_no_survey):
        hear(account, "在吗", "5")


def _no_survey(execute, sql, params, many, context):
    assert "satisfaction" not in sql.partition(" FROM ")[2].partition("WHERE")[0]
    return execute(sql, params, many, context)


def test_erasing_a_customer_empties_the_comment(talk, agent, account):
    survey = close(talk, agent)
    hear(account, "2，我叫张三，太慢")
    OutboundMessage.objects.update(state=OutboundState.SENT)
    customer_erase(actor=agent, customer=talk.identity.customer)
    survey.refresh_from_db()
    assert (survey.comment, survey.score) == ("", 2)


def test_the_database_keeps_scores_in_their_scale(talk, agent):
    survey = close(talk, agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Satisfaction.objects.filter(pk=survey.pk).update(score=6)


@pytest.fixture
def wired(account, phone, wecom, settings):
    """The account answers to the simulator."""
    settings.SIMULATOR_URL = phone.base
    return phone


def test_the_simulated_phone_shows_the_menu_and_its_tap_comes_back(wired, account, agent):
    customer = wired.customer()
    wired.post("say", external_userid=customer, text="保修多久")
    account_pull(account_id=account.pk, always=True)
    row = Conversation.objects.get()
    asked = row.messages.get()
    Turn.objects.create(conversation=row, trigger=asked, state=TurnState.ANSWERED, verdict="supported")
    Conversation.objects.update(answered_up_to=asked.pk)
    survey = close(row, agent)
    outbound_run(conversation_id=row.pk)
    menu = wired.replies(customer)[-1]["msgmenu"]
    best = menu["list"][0]["click"]
    assert best["content"] == "5 非常满意"
    wired.post("click", external_userid=customer, menu_id=best["id"])
    account_pull(account_id=account.pk, always=True)
    survey.refresh_from_db()
    assert (survey.score, Conversation.objects.count()) == (5, 1)
    outbound_run(conversation_id=row.pk)
    assert wired.replies(customer)[-1]["text"]["content"].startswith("感谢您的评价")


def test_a_session_ended_in_the_wecom_client_is_asked_about_by_its_code(wired, account):
    customer = wired.customer()
    wired.post("say", external_userid=customer, text="在吗")
    wired.post("servicer/take", external_userid=customer, servicer_userid="zhang")
    wired.post("servicer/say", external_userid=customer, text="在的")
    account_pull(account_id=account.pk, always=True)
    wired.post("servicer/end", external_userid=customer)
    account_pull(account_id=account.pk, always=True)
    survey = Satisfaction.objects.get()
    assert (survey.served_by, survey.agent) == (Author.AGENT, None)
    outbound_run(conversation_id=survey.conversation_id)
    assert "msgmenu" in wired.replies(customer)[-1]
