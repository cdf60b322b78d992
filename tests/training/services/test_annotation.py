"""What people object to waits for a person's word, and that word is used at once."""

import json
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.choices import TurnState
from conversations.models import ReplyDraft, Turn
from knowledge.models import FaqEntry, SearchJudgement
from scrm.audit.models import AuditEntry
from scrm.core.errors import Conflict, Invalid, NotFound
from tests.world import World, message_make, question_make, world_make
from training import annotation_selectors
from training.models import AnnotationOpinion, AnnotationTask, AnswerRating, Feedback
from training.services.annotation import annotation_claim, annotation_finish, annotation_reject, annotation_skip
from training.services.annotation_gathering import annotation_gather

Reason, State = AnnotationTask.Reason, AnnotationTask.State


@pytest.fixture
def world(transactional_db) -> World:
    return world_make()


@pytest.fixture
def manager(world):
    return world.people["knowledge_manager"]


@pytest.fixture
def task(world, manager) -> AnnotationTask:
    Feedback.objects.create(turn=world.ours.turn, author="identity:1", value=Feedback.Value.UNSOLVED)
    annotation_gather()
    return annotation_claim(actor=manager)


def test_objections_come_first_and_once(world, manager):
    AnswerRating.objects.create(question=question_make(manager, world.ours), author=manager, value="down")
    AnswerRating.objects.create(question=question_make(manager, world.ours), author=manager, value="up")
    Turn.objects.filter(pk=world.ours.turn.pk).update(state=TurnState.REFUSED)
    annotation_gather()
    annotation_gather()
    rows = AnnotationTask.objects.filter(base=world.ours.base)
    assert [row.reason for row in rows] == [Reason.DISLIKED, Reason.REFUSED]
    refused = rows.get(reason=Reason.REFUSED)
    assert refused.suggested == [[world.ours.chunk.pk, 0.9]]


def test_a_refusal_with_nothing_found_is_no_task(world):
    Turn.objects.filter(pk=world.ours.turn.pk).update(state=TurnState.REFUSED, trace=[])
    annotation_gather()
    assert not AnnotationTask.objects.filter(turn=world.ours.turn)


def test_a_task_is_one_persons_until_the_lease_ends(world, task, manager):
    admin = world.people["administrator"]
    assert annotation_claim(actor=manager) == task
    other = annotation_claim(actor=admin)
    assert other != task
    AnnotationOpinion.objects.filter(task=task).update(lease_until=timezone.now() - timedelta(seconds=1))
    AnnotationTask.objects.exclude(pk=task.pk).delete()
    assert annotation_claim(actor=admin) == task
    annotation_reject(actor=admin, task_id=task.pk)
    with pytest.raises(Conflict):
        annotation_reject(actor=manager, task_id=task.pk)


def test_marks_and_a_correction_are_used_at_once(world, task, manager):
    chunk = world.ours.chunk
    annotation_finish(actor=manager, task_id=task.pk, grades={chunk.pk: 2}, error="reading", corrected="应该这样回答。")
    judgement = SearchJudgement.objects.get(author=manager)
    assert (judgement.grade, judgement.content_hash, judgement.question.text) == (2, chunk.content_hash, task.question)
    assert FaqEntry.objects.get(question=task.question).answer == "应该这样回答。"
    task.refresh_from_db()
    assert (task.state, task.error, task.corrected) == (State.DONE, "reading", "应该这样回答。")
    exported = next(iter(annotation_selectors.exported(manager, [world.ours.base.pk])))
    assert exported["passages"] == [{"text": chunk.text, "grade": 2}]


def test_an_edited_review_is_a_task(world):
    review = world.ours.review
    review.state, review.final = "approved", "改过的答复"
    review.save()
    annotation_gather()
    assert AnnotationTask.objects.get(turn=review.turn).reason == Reason.REVIEWED


def test_old_objections_are_not_crowded_out(world, monkeypatch):
    monkeypatch.setattr("training.services.annotation_gathering.MOST", 1)
    Feedback.objects.create(turn=world.ours.turn, author="identity:1", value=Feedback.Value.UNSOLVED)
    for number in range(3):
        trigger = message_make(world.ours.conversation, "customer", f"还有{number}")
        Turn.objects.create(conversation=world.ours.conversation, trigger=trigger, question=f"还有{number}", state=TurnState.HANDED_OVER)
    annotation_gather()
    assert AnnotationTask.objects.filter(turn=world.ours.turn).exists()


def test_an_export_is_written_down(world, task, manager):
    annotation_finish(actor=manager, task_id=task.pk, grades={world.ours.chunk.pk: 2})
    content = b"".join(world.client("knowledge_manager").get(reverse("training:annotation_export")).streaming_content).decode()
    assert json.loads(content)["question"] == task.question
    assert AuditEntry.objects.filter(action="annotation.export", actor=manager).exists()


def test_saying_nothing_is_refused(task, manager):
    with pytest.raises(Invalid):
        annotation_finish(actor=manager, task_id=task.pk, grades={})


def test_a_skipped_task_goes_to_someone_else(world, task, manager):
    AnnotationTask.objects.exclude(pk=task.pk).delete()
    annotation_skip(actor=manager, task_id=task.pk)
    assert annotation_claim(actor=manager) is None
    assert annotation_claim(actor=world.people["administrator"]) == task


def test_tasks_of_another_base_do_not_exist(world, manager):
    theirs = world.theirs.annotation
    with pytest.raises(NotFound):
        annotation_reject(actor=manager, task_id=theirs.pk)
    assert annotation_claim(actor=manager) is None


def test_the_page(world, task, manager, django_assert_max_num_queries):
    client, page = world.client("knowledge_manager"), reverse("training:annotation")
    with django_assert_max_num_queries(24):
        shown = client.get(page).content.decode()
    assert task.question in shown
    assert world.ours.chunk.text[:20] in shown
    decide = reverse("training:annotation_decide", args=[task.pk])
    assert client.post(decide, {f"grade_{world.ours.chunk.pk}": "7"}).status_code == 302
    assert client.post(decide, {f"grade_{world.ours.chunk.pk}": "1"}).status_code == 302
    task.refresh_from_db()
    assert task.state == State.DONE
    assert '"grade": 1' in b"".join(client.get(reverse("training:annotation_export")).streaming_content).decode()


def test_a_draft_that_was_sent_otherwise_is_looked_at(world):
    facts = {"conversation": world.ours.conversation, "asked_by": world.people["agent"], "done_at": timezone.now(), "state": "done"}
    same = ReplyDraft.objects.create(question="保修多久", result={"text": "两年"}, sent="两年", **facts)
    other = ReplyDraft.objects.create(question="保修多久呢", result={"text": "两年"}, sent="两年，凭发票", **facts)
    annotation_gather()
    annotation_gather()
    task = AnnotationTask.objects.get(draft=other)
    assert (task.reason, task.answer, task.instead) == ("edited", "两年", "两年，凭发票")
    assert not AnnotationTask.objects.filter(draft=same).exists()
