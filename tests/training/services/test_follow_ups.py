"""What customers do after an answer is feedback too, kept once."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.choices import Author, TurnState
from conversations.models import Conversation, Turn
from tests.world import World, message_make, world_make
from training.models import FollowUp
from training.services.follow_ups import follow_ups_gather


@pytest.fixture
def world(transactional_db) -> World:
    return world_make()


def asked(conversation: Conversation, question: str, hours_ago: float, state=TurnState.ANSWERED) -> Turn:
    trigger = message_make(conversation, Author.CUSTOMER, question)
    turn = Turn.objects.create(conversation=conversation, trigger=trigger, question=question, answer="答", state=state)
    Turn.objects.filter(pk=turn.pk).update(created_at=timezone.now() - timedelta(hours=hours_ago))
    return turn


def kept() -> set[tuple[int, str, int]]:
    return set(FollowUp.objects.values_list("turn", "kind", "after"))


def test_the_same_again_and_a_person_are_kept_once(world):
    conversation = world.ours.conversation
    first = asked(conversation, "怎么退货", 5)
    asked(conversation, "几天能到", 4)
    again = asked(conversation, "怎么退货？", 3)
    person = asked(conversation, "转人工", 2, TurnState.HANDED_OVER)
    assert follow_ups_gather() > 0
    assert {(first.pk, "repeated", again.pk), (first.pk, "handed", person.pk), (again.pk, "handed", person.pk)} <= kept()
    before = kept()
    assert follow_ups_gather() == 0
    assert kept() == before


def test_what_came_a_day_later_or_elsewhere_or_after_a_refusal_is_none(world):
    ours, theirs = world.ours.conversation, world.theirs.conversation
    early = asked(ours, "怎么开票", 40)
    asked(ours, "怎么开票", 2)
    refused = asked(ours, "怎么注销", 3, TurnState.REFUSED)
    asked(ours, "怎么注销", 2)
    here = asked(ours, "怎么寄回", 3)
    asked(theirs, "怎么寄回", 2)
    follow_ups_gather()
    assert {turn for turn, kind, _after in kept() if kind == "repeated"}.isdisjoint({early.pk, refused.pk, here.pk})


def test_it_goes_with_the_turn(world):
    turn = asked(world.ours.conversation, "怎么退货", 3)
    asked(world.ours.conversation, "怎么退货", 2)
    follow_ups_gather()
    turn.delete()
    assert not FollowUp.objects.filter(kind="repeated").exists()


def test_many_conversations_cost_few_queries(world, django_assert_max_num_queries):
    for number in range(20):
        asked(world.ours.conversation, f"问题{number}", 3)
    with django_assert_max_num_queries(8):
        follow_ups_gather()
