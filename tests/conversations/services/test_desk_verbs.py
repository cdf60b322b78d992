"""Taking over, handing back, offering, closing, replying; approving and rejecting."""

import pytest

from conversations.choices import Author, ConversationState, Holder, ReviewState, TurnState
from conversations.models import OutboundMessage, ReviewTask, Turn
from conversations.services.conversations import agent_reply
from conversations.services.handover import (
    conversation_close,
    conversation_hand_back,
    conversation_offer,
    conversation_take_over,
)
from conversations.services.reviews import review_approve, review_reject
from scrm.access.grants import grant
from scrm.access.services import user_create
from scrm.audit.models import AuditEntry
from scrm.core.errors import Conflict, Invalid, NotAllowed

VERBS = {
    "take_over": lambda actor, row: conversation_take_over(actor=actor, conversation=row),
    "hand_back": lambda actor, row: conversation_hand_back(actor=actor, conversation=row),
    "offer": lambda actor, row: conversation_offer(actor=actor, conversation=row, reason="x"),
    "close": lambda actor, row: conversation_close(actor=actor, conversation=row),
    "reply": lambda actor, row: agent_reply(actor=actor, conversation=row, text="您好"),
}


@pytest.fixture
def colleague(account):
    user = user_create(actor=None, username="other", password="x", role="agent")
    grant(actor=None, subject=user, container=account)
    return user


@pytest.fixture
def task(conversation, write) -> ReviewTask:
    message = write("能赔偿吗")
    turn = Turn.objects.create(conversation=conversation, trigger=message, state=TurnState.IN_REVIEW)
    return ReviewTask.objects.create(turn=turn, topics=["赔偿承诺"], draft="按规定处理。")


@pytest.mark.parametrize("verb", VERBS)
def test_nobody_without_a_grant(conversation, stranger, verb):
    with pytest.raises(NotAllowed):
        VERBS[verb](stranger, conversation)


@pytest.mark.parametrize("verb", ["take_over", "hand_back", "offer", "reply"])
def test_a_closed_conversation_takes_no_verb(conversation, agent, verb):
    conversation_close(actor=agent, conversation=conversation)
    with pytest.raises(Conflict):
        VERBS[verb](agent, conversation)


def test_the_whole_way(conversation, agent, write):
    conversation_offer(conversation=conversation, reason="客户要求")
    conversation_take_over(actor=agent, conversation=conversation)
    outbound = agent_reply(actor=agent, conversation=conversation, text=" 您好，我来处理。 ")
    last = write("好的")
    row = conversation_hand_back(actor=agent, conversation=conversation)
    assert (row.holder, row.assignee, row.handover_reason, row.answered_up_to) == (Holder.BOT, None, "", last.pk)
    assert (outbound.text, outbound.author, outbound.user) == ("您好，我来处理。", Author.AGENT, agent)
    row = conversation_close(actor=agent, conversation=conversation)
    assert row.state == ConversationState.CLOSED
    actions = ["conversation.offer", "conversation.take_over", "conversation.reply", "conversation.hand_back", "conversation.close"]
    assert (
        list(AuditEntry.objects.filter(subject_type="conversations.conversation").order_by("id").values_list("action", flat=True))
        == actions
    )


def test_a_held_conversation_is_not_taken_away(conversation, agent, colleague):
    conversation_take_over(actor=agent, conversation=conversation)
    conversation_take_over(actor=agent, conversation=conversation)
    with pytest.raises(Conflict):
        conversation_take_over(actor=colleague, conversation=conversation)


def test_only_the_holder_replies(conversation, agent, colleague):
    with pytest.raises(Conflict):
        agent_reply(actor=agent, conversation=conversation, text="您好")
    conversation_take_over(actor=agent, conversation=conversation)
    with pytest.raises(Conflict):
        agent_reply(actor=colleague, conversation=conversation, text="您好")


@pytest.mark.parametrize("text", ["", "  \n", "长" * 4001])
def test_empty_and_endless_replies_are_refused(conversation, agent, text):
    conversation_take_over(actor=agent, conversation=conversation)
    with pytest.raises(Invalid):
        agent_reply(actor=agent, conversation=conversation, text=text)


def test_a_form_sent_twice_is_one_message(conversation, agent):
    conversation_take_over(actor=agent, conversation=conversation)
    ids = {agent_reply(actor=agent, conversation=conversation, text="您好", key="form1").pk for _ in range(2)}
    assert len(ids) == 1


def test_offering_does_not_disturb_a_person(conversation, agent):
    conversation_take_over(actor=agent, conversation=conversation)
    row = conversation_offer(conversation=conversation, reason="x")
    assert row.holder == Holder.PERSON


@pytest.mark.parametrize(
    ("text", "said", "author"), [(None, "按规定处理。", Author.BOT), ("已核实，可以退。", "已核实，可以退。", Author.AGENT)]
)
def test_an_approved_answer_goes_out_once(task, agent, text, said, author):
    review_approve(actor=agent, task=task, text=text)
    with pytest.raises(Conflict):
        review_approve(actor=agent, task=task)
    task.refresh_from_db()
    outbound = OutboundMessage.objects.get()
    assert (outbound.text, outbound.author, outbound.user) == (said, author, agent)
    assert (task.state, task.final, task.decided_by, task.turn.state) == (ReviewState.APPROVED, said, agent, TurnState.ANSWERED)


def test_an_empty_answer_is_not_approved(task, agent):
    with pytest.raises(Invalid):
        review_approve(actor=agent, task=task, text=" ")


def test_a_rejected_answer_goes_to_a_person(task, agent, conversation):
    review_reject(actor=agent, task=task, note="不准确")
    task.refresh_from_db()
    conversation.refresh_from_db()
    assert (task.state, task.note, task.turn.state) == (ReviewState.REJECTED, "不准确", TurnState.REJECTED)
    assert (conversation.holder, conversation.handover_reason) == (Holder.WAITING, "不准确")
    assert not OutboundMessage.objects.exists()


def test_a_review_of_a_closed_conversation_can_only_be_rejected(task, agent, conversation):
    conversation_close(actor=agent, conversation=conversation)
    with pytest.raises(Conflict):
        review_approve(actor=agent, task=task)
    assert review_reject(actor=agent, task=task).state == ReviewState.REJECTED


def test_reviews_need_a_grant(task, stranger):
    for verb in (review_approve, review_reject):
        with pytest.raises(NotAllowed):
            verb(actor=stranger, task=task)
