"""What was derived from an erased customer's words goes too, and a customer may object to being learned from."""

import pytest
from django.urls import reverse

from conversations.choices import ConversationState, TurnState
from conversations.models import Conversation, Turn
from conversations.services.erasure import customer_erase
from knowledge.models import SearchQuestion
from knowledge.services.judgements import question_save
from scrm.audit.models import AuditEntry
from scrm.core.errors import NotFound
from tests.world import World, world_make
from training.models import AnnotationTask, Feedback, LearningObjection, UnknownQuestion
from training.services.annotation import annotation_claim, annotation_finish
from training.services.annotation_gathering import annotation_gather
from training.services.erasures import erasures_follow
from training.services.objections import objection_set
from training.services.unknown import unknown_gather


@pytest.fixture
def world(transactional_db) -> World:
    return world_make()


@pytest.fixture
def annotated(world) -> AnnotationTask:
    """Our customer's question, called not solved and annotated."""
    manager = world.people["knowledge_manager"]
    Feedback.objects.create(turn=world.ours.turn, author="identity:1", value=Feedback.Value.UNSOLVED)
    annotation_gather()
    task = annotation_claim(actor=manager)
    return annotation_finish(actor=manager, task_id=task.pk, grades={world.ours.chunk.pk: 2}, corrected="答案。")


def erase(world) -> None:
    Conversation.objects.update(state=ConversationState.CLOSED)
    customer_erase(actor=world.people["administrator"], customer=world.ours.customer)


def test_annotations_and_judgements_of_an_erased_customer_go(world, annotated):
    assert SearchQuestion.objects.filter(text=annotated.question).exists()
    erase(world)
    assert erasures_follow() > 0
    assert not AnnotationTask.objects.filter(pk=annotated.pk).exists()
    assert not SearchQuestion.objects.filter(text=annotated.question).exists()
    assert AuditEntry.objects.filter(action="annotation.erase").exists()
    assert erasures_follow() == 0


def test_a_question_that_somebody_saved_before_is_theirs(world):
    question_save(actor=world.people["knowledge_manager"], base=world.ours.base, text=world.ours.turn.question)
    Feedback.objects.create(turn=world.ours.turn, author="identity:1", value=Feedback.Value.UNSOLVED)
    annotation_gather()
    erase(world)
    erasures_follow()
    assert SearchQuestion.objects.filter(base=world.ours.base).exists()


def test_unknown_questions_lose_the_erased_wording(world):
    Turn.objects.update(state=TurnState.REFUSED)
    Turn.objects.filter(pk=world.theirs.turn.pk).update(question=world.ours.turn.question + "？")
    world.theirs.account.bases.set([world.ours.base])
    unknown_gather()
    group = UnknownQuestion.objects.get(base=world.ours.base, text=world.ours.turn.question)
    assert group.turns.count() == 2
    erase(world)
    erasures_follow()
    group.refresh_from_db()
    assert group.text == world.ours.turn.question + "？"
    assert group.turns.count() == 1


def test_an_unknown_question_of_nobody_else_goes(world):
    Turn.objects.filter(pk=world.ours.turn.pk).update(state=TurnState.REFUSED)
    unknown_gather()
    erase(world)
    erasures_follow()
    assert not UnknownQuestion.objects.filter(base=world.ours.base).exists()


def test_who_objects_is_not_annotated(world):
    agent = world.people["agent"]
    Feedback.objects.create(turn=world.ours.turn, author="identity:1", value=Feedback.Value.UNSOLVED)
    annotation_gather()
    assert objection_set(actor=agent, customer=world.ours.customer, objects=True)
    assert not objection_set(actor=agent, customer=world.ours.customer, objects=True)
    assert not AnnotationTask.objects.filter(turn=world.ours.turn).exists()
    annotation_gather()
    assert not AnnotationTask.objects.filter(turn=world.ours.turn).exists()
    assert AuditEntry.objects.filter(action="learning.objection", actor="agent").count() == 1
    with pytest.raises(NotFound):
        objection_set(actor=agent, customer=world.theirs.customer, objects=True)


def test_the_page_of_objections(world, django_assert_max_num_queries):
    client, page = world.client("agent"), reverse("training:objections")
    LearningObjection.objects.create(customer=world.theirs.customer)
    shown = client.get(page, {"q": world.ours.word}).content.decode()
    assert world.ours.customer.name in shown
    assert world.theirs.customer.name not in shown
    client.post(reverse("training:objection", args=[world.ours.customer.pk]), {"objects": "1"})
    with django_assert_max_num_queries(16):
        assert world.ours.customer.name in client.get(page).content.decode()
    card = client.get(reverse("training:objection", args=[world.ours.customer.pk])).content.decode()
    assert 'value="0"' in card
    client.post(reverse("training:objection", args=[world.ours.customer.pk]), {"objects": "0"})
    assert not LearningObjection.objects.filter(customer=world.ours.customer).exists()
