"""A refused question becomes an entry, and the page proves that the next who ask are served."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.choices import TurnState
from conversations.models import Citation, Turn
from knowledge.models import FaqEntry
from scrm.core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.world import World, message_make, world_make
from training.models import Feedback, UnknownQuestion, UnknownTurn
from training.services.unknown import unknown_answer, unknown_dismiss, unknown_gather, unknown_of
from training.unknown_selectors import counts, served_turns, unknown_list

State = UnknownQuestion.State


@pytest.fixture
def world(transactional_db) -> World:
    return world_make()


def refused(side, question: str, state: str = TurnState.REFUSED, **fields) -> Turn:
    trigger = message_make(side.conversation, "customer", question)
    return Turn.objects.create(conversation=side.conversation, trigger=trigger, question=question, state=state, **fields)


def listed(user, state: str = State.OPEN) -> dict[str, tuple]:
    return {row.text: (row.customers, row.asked, row.again, row.served) for row in unknown_list(user, state)}


def test_refused_questions_are_put_together_once(world):
    for question in ("可以货到付款吗？", "你们可以货到付款吗", "有儿童款吗"):
        refused(world.ours, question)
    assert unknown_gather() == 3
    assert unknown_gather() == 0
    assert listed(world.people["knowledge_manager"]) == {"可以货到付款吗？": (1, 2, 0, 0), "有儿童款吗": (1, 1, 0, 0)}


def test_an_answer_that_solved_nothing_counts_and_other_turns_do_not(world):
    turn = refused(world.ours, "怎么开收据", TurnState.ANSWERED)
    refused(world.ours, "怎么退货", TurnState.ANSWERED)
    Feedback.objects.create(turn=turn, author="identity:1", value=Feedback.Value.UNSOLVED)
    unknown_gather()
    assert list(listed(world.people["administrator"])) == ["怎么开收据"]


def test_old_turns_are_left_alone(world):
    turn = refused(world.ours, "可以货到付款吗")
    Turn.objects.filter(pk=turn.pk).update(created_at=timezone.now() - timedelta(days=40))
    assert unknown_gather() == 0


def test_an_answer_becomes_an_entry_with_the_other_wordings(world):
    for question in ("可以货到付款吗？", "你们可以货到付款吗", "我的电话<手机号_1>，可以货到付款吗"):
        refused(world.ours, question)
    unknown_gather()
    manager, row = world.people["knowledge_manager"], UnknownQuestion.objects.first()
    unknown_answer(actor=manager, unknown=row, question="可以货到付款吗？", answer="暂不支持货到付款。")
    entry = FaqEntry.objects.get(question="可以货到付款吗？")
    assert (entry.similar, entry.answer) == (["你们可以货到付款吗"], "暂不支持货到付款。")
    row.refresh_from_db()
    assert (row.state, row.entry, row.closed_by) == (State.ANSWERED, entry, manager)
    with pytest.raises(Conflict):
        unknown_answer(actor=manager, unknown=row, question="x", answer="y")


def test_the_next_askers_are_the_proof(world):
    refused(world.ours, "可以货到付款吗")
    unknown_gather()
    manager, row = world.people["knowledge_manager"], UnknownQuestion.objects.get()
    row = unknown_answer(actor=manager, unknown=row, question="", answer="不支持。")
    answered = refused(world.ours, "可以货到付款吗", TurnState.ANSWERED)
    Citation.objects.create(turn=answered, number=1, document=row.entry.document, title="t", quote="q", start=0, end=1)
    refused(world.ours, "能不能货到付款")
    unknown_gather()
    assert listed(manager, State.ANSWERED) == {"可以货到付款吗": (1, 2, 1, 1)}
    assert list(served_turns(row, 5)) == [answered]


def test_an_empty_answer_is_refused_and_changes_nothing(world):
    refused(world.ours, "可以货到付款吗")
    unknown_gather()
    row = UnknownQuestion.objects.get()
    with pytest.raises(Invalid):
        unknown_answer(actor=world.people["knowledge_manager"], unknown=row, question="x", answer="  ")
    row.refresh_from_db()
    assert row.state == State.OPEN


def test_dismissed_ones_leave_the_list(world):
    refused(world.ours, "今天天气怎么样")
    unknown_gather()
    unknown_dismiss(actor=world.people["knowledge_manager"], unknown=UnknownQuestion.objects.get())
    assert counts(world.people["knowledge_manager"]) == {State.DISMISSED: 1}


def test_rights(world):
    row = world.theirs.unknown
    with pytest.raises(NotAllowed):
        unknown_answer(actor=world.people["agent"], unknown=world.ours.unknown, question="x", answer="y")
    with pytest.raises(NotFound):
        unknown_of(world.people["knowledge_manager"], row.pk)
    assert not unknown_list(world.people["knowledge_manager"], State.OPEN).filter(pk=row.pk)


def test_the_pages(world, django_assert_max_num_queries):
    client, row = world.client("knowledge_manager"), None
    assert "Nothing here" in client.get(reverse("training:unknown"), headers={"accept-language": "en"}).content.decode()
    for number in range(12):
        refused(world.ours, f"第{number}个完全不同的问题{chr(0x4E00 + number * 50) * 6}")
    unknown_gather()
    with django_assert_max_num_queries(14):
        shown = client.get(reverse("training:unknown")).content.decode()
    row = UnknownQuestion.objects.filter(pk__in=UnknownTurn.objects.values("unknown")).first()
    assert row.text in shown
    page = reverse("training:unknown_one", args=[row.pk])
    failed = client.post(page, {"question": "问", "answer": ""})
    assert failed.status_code == 400
    assert client.post(page, {"question": row.text, "answer": "可以。"}).headers["Location"] == page
    assert "可以。" in client.get(page).content.decode()
