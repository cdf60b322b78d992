"""Erasing one customer: no word of theirs is left, and nobody else's is touched."""

import pytest
from django.urls import reverse

from conversations.choices import Author, ConversationState, OutboundState
from conversations.models import Conversation, Message, OutboundMessage, Turn
from conversations.services.erasure import ERASED, customer_erase
from conversations.signals import turns_erased
from scrm.audit.models import AuditEntry
from scrm.core.errors import Conflict, NotAllowed
from scrm.privacy.models import PersonalValue
from tests.world import World, world_make


@pytest.fixture
def world(db) -> World:
    return world_make()


@pytest.fixture
def closed(world):
    """Our customer's conversation, ended."""
    Conversation.objects.update(state=ConversationState.CLOSED)
    return world.ours


def words_of(side) -> str:
    rows = [
        *Message.objects.filter(account=side.account).values_list("text", "payload"),
        *OutboundMessage.objects.filter(conversation__account=side.account).values_list("text", "payload"),
        *Turn.objects.filter(conversation__account=side.account).values_list("question", "answer", "reason", "trace"),
        *Conversation.objects.filter(account=side.account).values_list("handover_reason"),
    ]
    side.customer.refresh_from_db()
    return f"{rows} {side.customer.name} {side.customer.remark} {list(side.customer.tags.all())}"


def test_every_word_goes_and_the_others_stay(world, closed, django_capture_on_commit_callbacks):
    heard: list = []
    turns_erased.connect(lambda turn_ids, **_: heard.extend(turn_ids), weak=False, dispatch_uid="test")
    with django_capture_on_commit_callbacks(execute=True):
        erased = customer_erase(actor=world.people["administrator"], customer=closed.customer)
    turns_erased.disconnect(dispatch_uid="test")
    assert (erased.conversations, erased.messages, erased.values) == (1, 2, 1)
    assert closed.word not in words_of(closed)
    assert set(Message.objects.filter(account=closed.account).values_list("text", flat=True)) == {ERASED}
    assert world.theirs.word in words_of(world.theirs)
    assert PersonalValue.objects.exclude(secret="").count() == 1
    assert closed.turn.pk in heard
    entry = AuditEntry.objects.get(action="customer.erase")
    assert (entry.actor, entry.detail) == ("administrator", {"conversations": 1, "messages": 2, "values": 1})


def test_nothing_may_be_under_way(world, closed):
    OutboundMessage.objects.create(
        conversation=closed.conversation, idempotency_key="w", author=Author.BOT, text="待发", state=OutboundState.QUEUED
    )
    with pytest.raises(Conflict):
        customer_erase(actor=world.people["administrator"], customer=closed.customer)
    assert closed.word in words_of(closed)


def test_only_administrators_erase(world, closed):
    with pytest.raises(NotAllowed):
        customer_erase(actor=world.people["agent"], customer=closed.customer)


def test_the_page_asks_first_and_says_why_not(world):
    client = world.client("administrator")
    client.cookies["django_language"] = "en"
    url = reverse("conversations:erase", args=[world.ours.conversation.pk])
    assert "Erase for good" in client.get(url).content.decode()
    assert world.ours.word in words_of(world.ours)
    refused = client.post(url)
    assert (refused.status_code, "End the customer" in refused.content.decode()) == (409, True)
    Conversation.objects.update(state=ConversationState.CLOSED)
    assert client.post(url).status_code == 302
    assert world.ours.word not in words_of(world.ours)
