"""A customer's turn while the language model fails: words from the documents or an honest hand-over, and in time."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.choices import Holder, TurnState
from conversations.models import Message, Turn
from conversations.services.turns import turn_run
from training.evaluation.outage.faults import NAMES, BrokenEndpoint

TIMEOUT_S, MARGIN_S = 0.3, 2.0  # what a busy machine may add; a call that is held is held for minutes


@pytest.fixture
def broken(settings):
    """broken("hangs") makes every call of the language model end that way."""
    opened = []

    def make(fault: str) -> BrokenEndpoint:
        server = BrokenEndpoint(fault, pace=0.02).__enter__()
        opened.append(server)
        settings.OPENAI_BASE_URL, settings.CHAT_MODEL, settings.CHAT_TIMEOUT_S = server.url, "m", TIMEOUT_S
        return server

    yield make
    for server in opened:
        server.__exit__()


def seconds_of(turn: Turn, *steps: str) -> float:
    return sum(entry["ms"] for entry in turn.trace if entry["step"] in steps) / 1000


@pytest.mark.parametrize("fault", NAMES)
def test_the_documents_answer_whatever_the_endpoint_does(conversation, write, said, broken, fault):
    broken(fault)
    write("保温杯保修期多久？")
    turn_run(conversation_id=conversation.pk)
    turn = Turn.objects.get()
    assert (turn.state, turn.writer) == (TurnState.ANSWERED, "extractive")
    assert "保修期为两年" in said()[0]
    assert seconds_of(turn, "answer") < TIMEOUT_S + MARGIN_S


@pytest.mark.parametrize("fault", ["hangs", "drips_headers", "html"])
def test_what_nobody_knows_is_handed_over_honestly(conversation, write, said, broken, settings, fault):
    broken(fault)
    write("贵公司的董事长是谁")
    turn_run(conversation_id=conversation.pk)
    conversation.refresh_from_db()
    assert said() == [f"{settings.REFUSAL_TEXT}，{settings.REFUSAL_FOLLOW_UP}"]
    assert (Turn.objects.get().state, conversation.holder) == (TurnState.REFUSED, Holder.WAITING)


@pytest.mark.parametrize("fault", ["refused", "hangs", "drips_headers", "half_answer", "garbage", "500", "tls_hangs", "endless_text"])
def test_the_second_endpoint_answers(conversation, write, said, broken, settings, endpoint, fault):
    broken(fault)
    settings.CHAT_FALLBACKS = [[endpoint.url, endpoint.key, endpoint.chat_model]]
    endpoint.reply, settings.CHAT_TIMEOUT_S = "星河保温杯的保修期为两年[1]。", 1.5
    write("保温杯保修期多久？")
    turn_run(conversation_id=conversation.pk)
    turn = Turn.objects.get()
    assert (turn.state, turn.writer) == (TurnState.ANSWERED, endpoint.chat_model)
    assert seconds_of(turn, "answer") < 1.5


def test_a_follow_up_whose_rewriting_hangs_is_answered_in_the_same_time(conversation, write, said, broken):
    write("保温杯保修期多久？")
    turn_run(conversation_id=conversation.pk)
    broken("hangs")
    write("它多少钱")
    turn_run(conversation_id=conversation.pk)
    turn = Turn.objects.first()
    assert "129元" in "".join(said())
    assert seconds_of(turn, "understand", "answer") < TIMEOUT_S + MARGIN_S


def test_who_has_waited_for_a_worker_does_not_wait_for_the_endpoint_too(conversation, write, said, broken, settings):
    hanging = broken("hangs")
    settings.CHAT_TIMEOUT_S = 10.0
    asked = write("保温杯保修期多久？")
    long_ago = timezone.now() - timedelta(seconds=settings.CHAT_TIMEOUT_S + settings.BURST_LONGEST_S)
    Message.objects.filter(pk=asked.pk).update(created_at=long_ago)
    turn_run(conversation_id=conversation.pk)
    turn = Turn.objects.get()
    assert (turn.writer, hanging.asked) == ("extractive", 0)
    assert seconds_of(turn, "answer") < MARGIN_S
