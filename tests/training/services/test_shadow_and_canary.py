"""Before anything switches: real questions to both, and a share of conversations for the candidate."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.bot.trials import TRIALS, release_on_trial
from conversations.choices import TurnState
from conversations.models import Conversation, Turn
from conversations.services.turns import turn_run
from knowledge.ingestion.bulk import load_documents
from knowledge.models import ChunkEmbedding, KnowledgeBase
from scrm.ai.choices import EncoderKind, ReleaseState
from scrm.ai.models import Encoder, ModelRelease
from scrm.ai.registry import before_activation
from scrm.ai.selectors import active_release
from scrm.ai.services.releases import release_activate
from scrm.core.errors import Conflict, NotAllowed
from scrm.jobs.models import Job
from tests.world import World, language, message_make, world_make
from training.models import LearningObjection, ShadowQuestion, TrainingRun
from training.promotion.control import Share
from training.promotion.shadow import likeness
from training.promotion.shares import falls_on
from training.services import canary, offering
from training.services.canary import canaries_watch, canary_begin, canary_end, canary_of
from training.services.candidates import leftover_remove
from training.services.old_vectors import old_vectors, old_vectors_remove
from training.services.pairs import pair_vectors_ensure
from training.services.promotion import release_rollback, run_promote
from training.services.shadow import shadow_run, shadows_run
from training.shadow_selectors import shadows
from training.trainers.types import Stopped

pytestmark = pytest.mark.django_db(transaction=True)
State = TrainingRun.State
ASKED = 4  # ended turns of the world
PASSAGES = 12
BETTER = {"before": 0.6, "after": 0.65, "difference": 0.05, "low": 0.02, "high": 0.08, "needed": 50}


@pytest.fixture
def world(transactional_db) -> World:
    return world_make()


@pytest.fixture
def other_encoder(endpoint, release) -> Encoder:
    return Encoder.objects.create(
        kind=EncoderKind.OPENAI, source=f"openai:{endpoint.embedding_model}", fingerprint="f" * 64, dimensions=8, max_tokens=512
    )


@pytest.fixture
def run(release, other_encoder) -> TrainingRun:
    """Passed the gate, with passages of its own, and waits."""
    candidate = ModelRelease.objects.create(
        purpose=release.purpose, name="run-1", query_encoder=other_encoder, passage_encoder=other_encoder, state=ReleaseState.READY
    )
    return TrainingRun.objects.create(
        release=candidate,
        previous=release,
        state=State.WAITING,
        conditions=[{"name": "better", "passed": True, "values": BETTER}],
        folder="x/y",
    )


@pytest.fixture
def loaded(world, release, run) -> KnowledgeBase:
    """Passages with vectors under both."""
    load_documents(world.ours.base, [(f"d{number}", f"标题{number}", f"第{number}条内容。") for number in range(PASSAGES)])
    for prepare in before_activation.values():
        prepare(run.release)
    return world.ours.base


@pytest.fixture
def trying(run, settings, monkeypatch) -> TrainingRun:
    settings.CANARY_SHARE = 0.5
    monkeypatch.setattr(before_activation, "_entries", {})
    return canary_begin(actor=None, run=run)


def test_likeness_of_rankings():
    assert vars(likeness([1, 2, 3, 4], [1, 3, 2, 9])) == {"overlap": 0.75, "shift": pytest.approx(2 / 3), "same_first": True}
    assert likeness([], []).overlap == 1.0
    assert likeness([1], []).overlap == 0.0


def test_a_share_is_the_same_ones_and_about_as_many():
    chosen = [number for number in range(2_000) if falls_on(0.2, "shadow", number)]
    assert chosen == [number for number in range(2_000) if falls_on(0.2, "shadow", number)]
    assert 320 < len(chosen) < 480
    assert not any(falls_on(0.0, "x", number) for number in range(100))
    assert all(falls_on(1.0, "x", number) for number in range(100))


def test_making_vectors_can_be_cancelled_and_leaves_no_release(world, release, run):
    load_documents(world.ours.base, [("d1", "标题", "内容。")])
    told = []

    def goes_on(stage: str, done: int, total: int) -> bool:
        told.append((stage, done, total))
        return False

    with pytest.raises(Stopped):
        pair_vectors_ensure(run.release, goes_on)
    assert [(stage, done > 0) for stage, done, _total in told] == [("embed", True)]
    leftover_remove(run.release.name)
    assert not ModelRelease.objects.filter(name="run-1").exists()
    assert active_release() == release


def test_real_questions_are_asked_to_both_once(world, loaded, run):
    assert shadow_run(run=run) == ASKED
    assert shadow_run(run=run) == 0
    row = ShadowQuestion.objects.get(turn=world.ours.turn)
    assert row.overlap == 1.0  # the endpoint's two encoders give the same vectors
    assert row.before_ms > 0
    assert row.after_ms > 0
    found = shadows([run.release_id])[run.release_id]
    assert found.questions == ASKED
    assert found.same_first == sum(row.same_first for row in ShadowQuestion.objects.all()) / ASKED


def test_who_objects_is_not_asked_about(world, loaded, run):
    LearningObjection.objects.create(customer=world.ours.customer)
    shadow_run(run=run)
    assert not ShadowQuestion.objects.filter(turn=world.ours.turn).exists()


def test_a_share_of_new_questions_while_a_candidate_waits(world, loaded, run, settings):
    settings.SHADOW_SHARE = 0.0
    assert shadows_run() == 0
    settings.SHADOW_SHARE = 1.0
    assert shadows_run() == ASKED
    TrainingRun.objects.update(state=State.REFUSED)
    ShadowQuestion.objects.all().delete()
    assert shadows_run() == 0


def test_the_shadow_comes_before_the_switch(world, loaded, run):
    TrainingRun.objects.update(state=State.RUNNING)
    offering.run_offer(run=run)
    assert run.state == State.PROMOTED
    assert ShadowQuestion.objects.filter(release=run.release).count() == ASKED
    with language(world.client("administrator"), "en") as client:
        assert f"{ASKED} real questions asked to both" in client.get(reverse("training:nights")).content.decode()


def test_switched_off_a_trial_costs_nothing(run, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert canary_of(1) is None
        assert release_on_trial(1) is None
    with pytest.raises(Conflict):
        canary_begin(actor=None, run=run)


def test_a_conversation_keeps_its_release_and_about_a_share_has_the_candidate(trying, django_assert_max_num_queries):
    canary_of(1)
    with django_assert_max_num_queries(0):
        chosen = [number for number in range(400) if canary_of(number)]
    assert 140 < len(chosen) < 260
    assert chosen == [number for number in range(400) if canary_of(number)]


def test_a_turn_of_the_share_is_answered_by_the_candidate(world, loaded, trying, settings, monkeypatch):
    settings.CANARY_SHARE = 1.0
    monkeypatch.setattr("training.services.canary.falls_on", lambda *_: True)
    conversation = world.ours.conversation
    Conversation.objects.filter(pk=conversation.pk).update(answered_up_to=world.ours.said.pk)
    message_make(conversation, "customer", "第3条是什么？")
    turn_run(conversation_id=conversation.pk)
    assert Turn.objects.filter(conversation=conversation).order_by("-pk").first().release_id == trying.release_id


def test_a_trial_is_ended_by_a_person_and_the_candidate_goes_later(trying, person):
    with pytest.raises(NotAllowed):
        canary_end(actor=person("knowledge_manager"), run=trying)
    canary_end(actor=person("administrator"), run=trying)
    assert (trying.state, canary_of(1)) == (State.DECLINED, None)
    candidate = trying.release_id
    canaries_watch()
    assert ModelRelease.objects.filter(pk=candidate).exists()
    TrainingRun.objects.update(ended_at=timezone.now() - timedelta(hours=1))
    canaries_watch()
    assert not ModelRelease.objects.filter(pk=candidate).exists()
    with pytest.raises(Conflict):
        canary_end(actor=None, run=trying)


def figures(monkeypatch, others: Share, own: Share) -> None:
    monkeypatch.setattr(canary, "canary_figures", lambda run: {"refused": (others, own), "unsolved": (Share(0, 0), Share(0, 0))})


def test_a_worse_candidate_is_ended_by_itself(trying, monkeypatch):
    figures(monkeypatch, Share(20, 200), Share(60, 100))
    assert canaries_watch().state == State.DECLINED
    assert "60.0%" in TrainingRun.objects.get().reason
    assert active_release().name == "test"


def test_a_good_candidate_is_promoted_after_enough_answers(trying, monkeypatch, settings):
    settings.CANARY_CASES = 100
    figures(monkeypatch, Share(20, 200), Share(9, 99))
    assert canaries_watch() is None
    figures(monkeypatch, Share(20, 200), Share(9, 100))
    assert canaries_watch().state == State.PROMOTED
    assert active_release().name == "run-1"


def test_a_candidate_that_is_compared_with_another_is_ended(trying, release):
    ModelRelease.objects.filter(pk=release.pk).update(state=ReleaseState.RETIRED)
    release.pk, release.state = None, ReleaseState.ACTIVE
    release.save(force_insert=True)
    assert canaries_watch().state == State.DECLINED


def test_figures_of_a_trial_are_of_its_time(world, trying):
    Turn.objects.filter(pk=world.ours.turn.pk).update(release_id=trying.release_id, state=TurnState.REFUSED)
    Turn.objects.filter(pk=world.theirs.turn.pk).update(release_id=trying.previous_id, created_at=timezone.now() - timedelta(days=1))
    found = canary.canary_figures(trying)["refused"]
    assert found == (Share(0, 0), Share(0, 0))
    Turn.objects.update(created_at=timezone.now() + timedelta(seconds=1))
    assert canary.canary_figures(trying)["refused"] == (Share(0, 1), Share(1, 1))


def test_one_trial_at_a_time(trying, run, settings):
    second = TrainingRun.objects.create(release=run.release, previous=run.previous, state=State.WAITING, conditions=run.conditions)
    with pytest.raises(Conflict):
        canary_begin(actor=None, run=second)
    TrainingRun.objects.filter(pk=second.pk).update(state=State.RUNNING)
    offering.run_offer(run=second)
    assert second.state == State.WAITING


def test_old_vectors_stay_until_their_time_and_never_those_one_click_goes_back_to(world, loaded, release, run, settings):
    run_promote(actor=None, run=run)
    assert old_vectors(active_release()) == []  # one click goes back to them
    third = ModelRelease.objects.create(
        purpose=release.purpose, name="run-2", query_encoder=run.release.query_encoder, passage_encoder=run.release.passage_encoder,
        state=ReleaseState.READY,
    )  # fmt: skip
    TrainingRun.objects.create(release=third, previous=run.release, state=State.PROMOTED)
    release_activate(release=third)
    (old,) = old_vectors(active_release())
    assert (old.encoder, old.until - old.since) == (release.passage_encoder, timedelta(days=14))
    assert old_vectors_remove() == 0
    ModelRelease.objects.filter(pk=run.release_id).update(activated_at=timezone.now() - timedelta(days=15))
    ModelRelease.objects.filter(pk=release.pk).update(activated_at=timezone.now() - timedelta(days=30))
    with language(world.client("administrator"), "en") as client:
        assert "until then going back to it is one click" in client.get(reverse("training:nights")).content.decode()
    settings.KEEP_OLD_VECTORS_DAYS = 0
    assert old_vectors_remove() == 0
    settings.KEEP_OLD_VECTORS_DAYS = 14
    assert old_vectors_remove() == PASSAGES
    assert not ChunkEmbedding.objects.filter(encoder=release.passage_encoder).exists()
    assert Job.objects.get(kind="old_vectors").state == "done"
    assert release_rollback(actor=None).pk == run.release_id


def test_the_trial_is_registered():
    assert TRIALS["canary"] is canary_of
