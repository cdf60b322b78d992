"""Several people look at one item, each without seeing the others' word; where they differ a third person decides."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from knowledge.models import FaqEntry, SearchJudgement
from scrm.access.grants import grant
from scrm.access.services import user_create
from scrm.core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.world import PASSWORD, World, world_make
from training import agreement_selectors, annotation_selectors
from training.models import AnnotationOpinion, AnnotationTask, Feedback
from training.services.adjudication import annotation_adjudicate, annotation_dismiss
from training.services.annotation import annotation_claim, annotation_finish, annotation_plan_set, annotation_reject
from training.services.annotation_gathering import annotation_gather

State = AnnotationTask.State


@pytest.fixture
def world(transactional_db) -> World:
    return world_make()


@pytest.fixture
def people(world) -> list:
    """Two knowledge managers who annotate, and one who has not."""
    others = [user_create(actor=None, username=name, password=PASSWORD, role="knowledge_manager") for name in ("second", "third")]
    for each in others:
        grant(actor=None, subject=each, container=world.ours.base)
    return [world.people["knowledge_manager"], *others]


@pytest.fixture
def task(world, people) -> AnnotationTask:
    """Wanted of two people, claimed by both."""
    annotation_plan_set(actor=people[0], base=world.ours.base, people=2)
    Feedback.objects.create(turn=world.ours.turn, author="identity:1", value=Feedback.Value.UNSOLVED)
    annotation_gather()
    first, second = annotation_claim(actor=people[0]), annotation_claim(actor=people[1])
    assert first == second
    return first


@pytest.fixture
def disputed(world, people, task) -> AnnotationTask:
    chunk = world.ours.chunk.pk
    annotation_finish(actor=people[0], task_id=task.pk, grades={chunk: 2}, error="reading")
    return annotation_finish(actor=people[1], task_id=task.pk, grades={chunk: 0}, error="retrieval", corrected="别的答案。")


def test_no_more_people_than_wanted(people, task):
    assert annotation_claim(actor=people[2]) is None


def test_nothing_is_used_or_shown_before_both_have_spoken(world, people, task):
    chunk = world.ours.chunk.pk
    annotation_finish(actor=people[0], task_id=task.pk, grades={chunk: 2}, error="reading", corrected="第一人的更正。")
    task.refresh_from_db()
    assert task.state == State.OPEN
    assert not SearchJudgement.objects.exists()
    assert not FaqEntry.objects.filter(question=task.question).exists()
    assert annotation_claim(actor=people[0]) is None
    shown = _page(world, people[1])
    assert task.question in shown
    assert "第一人的更正" not in shown
    assert "checked" not in shown


def test_what_both_say_is_used(world, people, task):
    chunk = world.ours.chunk.pk
    annotation_finish(actor=people[0], task_id=task.pk, grades={chunk: 2}, error="reading", corrected="同样的 更正。")
    done = annotation_finish(actor=people[1], task_id=task.pk, grades={chunk: 2}, error="reading", corrected="同样的更正。")
    assert (done.state, done.error) == (State.DONE, "reading")
    assert SearchJudgement.objects.get().grade == 2
    assert FaqEntry.objects.get(question=task.question).answer == "同样的 更正。"


def test_where_they_differ_nothing_is_learned(disputed):
    assert disputed.state == State.DISPUTED
    assert not SearchJudgement.objects.exists()
    assert not FaqEntry.objects.filter(answer="别的答案。").exists()


def test_a_third_person_decides(world, people, disputed):
    chunk = world.ours.chunk.pk
    for annotator in people[:2]:
        with pytest.raises(Conflict):
            annotation_adjudicate(actor=annotator, task_id=disputed.pk, grades={chunk: 1})
    done = annotation_adjudicate(actor=people[2], task_id=disputed.pk, grades={chunk: 1}, error="reading")
    assert (done.state, done.decided_by, done.error) == (State.DONE, people[2], "reading")
    judgement = SearchJudgement.objects.get()
    assert (judgement.author, judgement.grade) == (people[2], 1)
    with pytest.raises(NotFound):
        annotation_dismiss(actor=people[2], task_id=disputed.pk)


def test_agents_may_not_decide(world, disputed):
    with pytest.raises(NotAllowed):
        annotation_dismiss(actor=world.people["agent"], task_id=disputed.pk)


def test_one_who_rejects_and_one_who_does_not_differ(world, people, task):
    annotation_reject(actor=people[0], task_id=task.pk)
    assert annotation_finish(actor=people[1], task_id=task.pk, grades={world.ours.chunk.pk: 2}).state == State.DISPUTED


def test_two_who_speak_at_once_settle_it_once(world, people, task):
    chunk, failures = world.ours.chunk.pk, []
    barrier = threading.Barrier(2)

    def say(person):
        barrier.wait()
        try:
            annotation_finish(actor=person, task_id=task.pk, grades={chunk: 2})
        except Conflict as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=say, args=[person]) for person in people[:2]]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    said = AnnotationOpinion.objects.filter(task=task, said_at__isnull=False).count()
    task.refresh_from_db()
    assert said + len(failures) == 2
    assert (task.state == State.DONE) == (said == 2)


def test_the_control_share_is_seen_by_two_whatever_the_plan(world, monkeypatch):
    monkeypatch.setattr("training.services.annotation_gathering.CONTROL_EVERY", 1)
    annotation_gather()
    assert AnnotationTask.objects.get(turn=world.ours.turn).wanted == 2


def test_a_plan_is_of_one_to_five_people(world, people):
    with pytest.raises(Invalid):
        annotation_plan_set(actor=people[0], base=world.ours.base, people=6)
    with pytest.raises(NotAllowed):
        annotation_plan_set(actor=people[0], base=world.theirs.base, people=2)


def test_agreement_counts_what_was_said_before_the_decision(world, people, disputed):
    found = agreement_selectors.agreement([world.ours.base.pk])
    assert (found.passages.units, found.tags.units) == (1, 1)
    (pair,) = found.pairs
    assert (pair.marked, pair.tagged) == (1, 1)
    assert pair.marks == 0.0
    assert agreement_selectors.agreement([world.theirs.base.pk]).pairs == ()


def test_the_pages_of_disputes(world, people, disputed, django_assert_max_num_queries):
    world.people["third"] = people[2]
    client = world.client("third")
    with django_assert_max_num_queries(22):
        assert disputed.question in client.get(reverse("training:disputes")).content.decode()
    one = reverse("training:dispute", args=[disputed.pk])
    shown = client.get(one).content.decode()
    assert "别的答案。" in shown
    assert people[1].username in shown
    assert client.post(one, {}).status_code == 400
    assert client.post(one, {f"grade_{world.ours.chunk.pk}": "2", "error": "reading"}).status_code == 302
    disputed.refresh_from_db()
    assert disputed.state == State.DONE
    assert client.get(reverse("training:agreement")).status_code == 200
    assert client.get(one).status_code == 404


def test_the_models_opinion_leads_nobody(world, people):
    task = AnnotationTask.objects.create(base=world.ours.base, reason="imported", question="问题", suggested=[[world.ours.chunk.pk, 0.9]])
    (passage,) = annotation_selectors.passages(people[0], task)
    assert (passage.thought, passage.said) == (0.9, ())


def _page(world, person) -> str:
    world.people[person.username] = person
    return world.client(person.username).get(reverse("training:annotation")).content.decode().split('class="card people"><summary>')[0]
