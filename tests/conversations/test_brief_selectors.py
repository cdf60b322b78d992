"""What a colleague reads who takes a refused question over."""

import pytest
from django.urls import reverse

from conversations.brief_selectors import handover_brief
from conversations.choices import Author, Holder, TurnState
from conversations.models import Conversation, Turn
from tests.world import World, message_make, world_make


@pytest.fixture
def world(db) -> World:
    return world_make()


@pytest.fixture
def refused(world) -> Conversation:
    """The customer's question was refused: one passage was found, and a sentence of the draft was cut."""
    talk = world.ours.conversation
    chunk = world.ours.version.chunks.first()
    cut = {
        "text": "保修期为九年。",
        "supported": False,
        "why": "figure",
        "detail": "9年",
        "chunk": chunk.pk,
        "number": None,
        "scores": {"words": 0.8},
    }
    kept = {"text": "保修期为两年。", "supported": True, "why": "", "detail": "", "chunk": chunk.pk, "number": 1, "scores": {"words": 1.0}}
    trace = [
        {"step": "retrieve", "ms": 1, "input": {}, "output": {"hits": [{"chunk": chunk.pk, "relevance": 0.4, "score": 0.1}]}},
        {"step": "check", "ms": 1, "input": {}, "output": {"sentences": [kept, cut]}},
    ]
    Turn.objects.create(
        conversation=talk,
        trigger=message_make(talk, Author.CUSTOMER, "保修几年"),
        state=TurnState.REFUSED,
        question="保修几年",
        reason="not_supported",
        trace=trace,
    )
    Conversation.objects.filter(pk=talk.pk).update(holder=Holder.WAITING, handover_reason="x")
    talk.refresh_from_db()
    return talk


def test_the_question_what_was_found_and_what_was_cut(world, refused):
    brief = handover_brief(world.people["agent"], refused)
    assert brief.turn.question == "保修几年"
    assert [hit["document"] for hit in brief.found] == [world.ours.document.title or world.ours.document.name]
    assert [each["detail"] for each in brief.cut] == ["9年"]


def test_passages_of_a_base_without_a_grant_stay_hidden(world, refused):
    assert handover_brief(world.people["outsider"], refused).found == []


def test_nothing_while_the_bot_answers_itself(world, refused):
    Conversation.objects.filter(pk=refused.pk).update(holder=Holder.BOT)
    refused.refresh_from_db()
    assert handover_brief(world.people["agent"], refused) is None


def test_the_desk_shows_it(world, refused):
    client = world.client("agent")
    client.cookies["django_language"] = "en"
    page = client.get(reverse("conversations:conversation", args=[refused.pk])).content.decode()
    for word in ("What the bot could not answer", "保修几年", "<s>保修期为九年。</s>", "9年"):
        assert word in page


def test_the_trace_shows_the_verdict_on_each_sentence(world, refused):
    client = world.client("agent")
    client.cookies["django_language"] = "en"
    page = client.get(reverse("conversations:turn", args=[refused.turns.order_by("-pk").first().pk])).content.decode()
    for word in ("supported", "cut", "<s>保修期为九年。</s>", "The source has another figure"):
        assert word in page
