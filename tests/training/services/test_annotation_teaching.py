"""Answers that teach although nobody objected."""

import pytest

from conversations.choices import TurnState
from conversations.models import Turn
from tests.world import World, message_make, world_make
from training.models import AnnotationTask
from training.services.annotation_gathering import annotation_gather
from training.services.annotation_teaching import MOST_OPEN

Reason = AnnotationTask.Reason


@pytest.fixture
def world(transactional_db, monkeypatch) -> World:
    monkeypatch.setattr("training.services.annotation_gathering.CONTROL_EVERY", 10**9)
    world = world_make()
    Turn.objects.update(state=TurnState.SUPERSEDED, question="世界脱敏问题一二三")
    return world


def answered(world, question: str, hits: list[dict] = (), state: TurnState = TurnState.ANSWERED) -> Turn:
    trigger = message_make(world.ours.conversation, "customer", question)
    trace = [{"step": "retrieve", "ms": 1.0, "input": {}, "output": {"hits": list(hits)}}]
    return Turn.objects.create(
        conversation=world.ours.conversation, trigger=trigger, question=question, answer="答", state=state, verdict="supported", trace=trace
    )


def hit(relevance: float, meaning: int | None, words: int | None) -> dict:
    return {"chunk": 0, "relevance": relevance, "vector_rank": meaning, "lexical_rank": words}


def reasons() -> dict[int, str]:
    annotation_gather()
    return dict(AnnotationTask.objects.filter(turn__isnull=False).values_list("turn", "reason"))


def test_the_same_question_again_and_a_person_afterwards_teach(world):
    first = answered(world, "世界脱敏问题怎么退货")
    again = answered(world, "世界脱敏问题怎么退货？")
    answered(world, "世界脱敏问题转人工", state=TurnState.HANDED_OVER)
    assert {first.pk: Reason.REPEATED, again.pk: Reason.HANDED}.items() <= reasons().items()


@pytest.mark.parametrize(
    ("hits", "reason"),
    [
        ([hit(0.6, 1, 1), hit(0.59, 2, 2)], Reason.MARGIN),
        ([hit(0.95, 1, 1), hit(0.94, 2, 2)], None),
        ([hit(0.8, 1, None), hit(0.4, 60, 1)], Reason.DISAGREE),
        ([hit(0.8, 1, 3), hit(0.4, 2, 1)], None),
    ],
)
def test_a_search_in_doubt_teaches(world, hits, reason):
    turn = answered(world, "世界脱敏问题怎么退货", hits)
    assert reasons().get(turn.pk) == reason


def test_a_question_unlike_all_others_teaches_and_only_so_many(world, monkeypatch):
    monkeypatch.setitem(MOST_OPEN, Reason.NEW, 1)
    strange, stranger = answered(world, "猫粮开封保存"), answered(world, "键盘坏键更换")
    found = reasons()
    assert [found.get(turn.pk) for turn in (stranger, strange)] == [Reason.NEW, None]


def test_what_has_a_task_is_not_looked_at_again(world):
    answered(world, "猫粮开封保存")
    assert annotation_gather() > 0
    assert annotation_gather() == 0
