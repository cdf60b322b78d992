"""Answers that two people have to approve, and answers that wait too long."""

from datetime import timedelta

import pytest
from django.utils import timezone

from conversations.choices import Holder, ReviewState, RiskLevel, TurnState
from conversations.models import ReviewTask, RiskRule, Turn
from conversations.services.reviews import review_approve, review_open_in_tx, reviews_escalate
from scrm.access.grants import grant
from scrm.access.services import user_create
from scrm.audit.models import AuditEntry
from scrm.core.errors import Conflict


@pytest.fixture
def people(account):
    users = [user_create(actor=None, username=name, password="x", role="agent") for name in ("one", "two", "three")]
    for user in users:
        grant(actor=None, subject=user, container=account)
    return users


@pytest.fixture
def turn(conversation, write) -> Turn:
    return Turn.objects.create(conversation=conversation, trigger=write("能赔偿吗"), state=TurnState.IN_REVIEW)


@pytest.fixture
def double(turn) -> ReviewTask:
    RiskRule.objects.create(topic="退款", level=RiskLevel.DOUBLE, question_patterns="赔")
    return review_open_in_tx(turn=turn, topics=["赔偿承诺", "退款"], draft="按规定处理。")


def test_the_strictest_rule_decides_how_many_people(turn, double):
    RiskRule.objects.filter(topic="退款").delete()
    assert double.level == RiskLevel.DOUBLE
    turn.reviews.all().delete()
    assert review_open_in_tx(turn=turn, topics=["赔偿承诺"], draft="x").level == RiskLevel.REVIEW


def test_two_people_send_it_and_one_does_not(double, people, said):
    first = review_approve(actor=people[0], task=double, text=double.draft)
    assert (first.state, said()) == (ReviewState.OPEN, [])
    with pytest.raises(Conflict):
        review_approve(actor=people[0], task=double, text=double.draft)
    second = review_approve(actor=people[1], task=double, text=double.draft)
    assert (second.state, said()) == (ReviewState.APPROVED, ["按规定处理。"])
    entry = AuditEntry.objects.get(action="review.approve")
    assert entry.detail["people"] == [people[0].pk, people[1].pk]


def test_an_edit_begins_anew_and_its_author_is_not_one_of_the_two(double, people, said):
    review_approve(actor=people[0], task=double, text=double.draft)
    edited = review_approve(actor=people[1], task=double, text="按《规定》第三条处理。")
    assert (edited.state, edited.words, edited.approvals.count()) == (ReviewState.OPEN, "按《规定》第三条处理。", 0)
    with pytest.raises(Conflict):
        review_approve(actor=people[1], task=double, text=edited.words)
    review_approve(actor=people[0], task=double, text=edited.words)
    assert said() == []
    review_approve(actor=people[2], task=double, text=edited.words)
    assert said() == ["按《规定》第三条处理。"]


def test_the_line_ends_of_a_form_are_no_edit(double, people, said):
    ReviewTask.objects.update(draft="第一行。\n第二行。")
    for person in people[:2]:
        review_approve(actor=person, task=double, text="第一行。\r\n第二行。")
    assert said() == ["第一行。\n第二行。"]


def test_an_old_form_cannot_approve_words_it_did_not_show(double, people, said):
    """Two opened the page; one edits; the other's button still carries the first words: that is an edit back, not a yes."""
    review_approve(actor=people[0], task=double, text="全额赔偿。")
    review_approve(actor=people[1], task=double, text=double.draft)
    assert said() == []
    assert ReviewTask.objects.get(pk=double.pk).words == double.draft


def test_a_late_answer_is_escalated_once(double, conversation, said):
    assert reviews_escalate() == 0
    ReviewTask.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert (reviews_escalate(), reviews_escalate()) == (1, 0)
    conversation.refresh_from_db()
    assert conversation.holder == Holder.WAITING
    assert len(said()) == 1
    assert ReviewTask.objects.get().is_overdue


def test_a_decided_answer_is_not_late(double, people, said):
    for person in people[:2]:
        review_approve(actor=person, task=double)
    ReviewTask.objects.update(due_at=timezone.now() - timedelta(hours=1))
    assert reviews_escalate() == 0
