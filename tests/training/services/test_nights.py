"""A night from its beginning to service and back."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from conversations.choices import TurnState
from conversations.models import Turn
from conversations.signals import answer_rated
from scrm.ai.choices import ReleaseState
from scrm.ai.models import ModelRelease
from scrm.ai.registry import before_activation
from scrm.ai.selectors import active_release
from scrm.audit.models import AuditEntry
from scrm.core.errors import Conflict, NotAllowed
from scrm.dashboard.models import Notice
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from tests.conversations.factories import AccountFactory, ConversationFactory, CustomerMessageFactory
from training.models import TrainingRun
from training.promotion.control import Share
from training.services import promotion
from training.services.nights import night_cancel, night_open, night_run, nightly
from training.services.offering import run_offer
from training.services.promotion import release_rollback, releases_watch, rollback_target, run_decline, run_promote
from training.tasks import feedback_record_task

pytestmark = pytest.mark.django_db(transaction=True)
State = TrainingRun.State
BETTER = {"before": 0.6, "after": 0.65, "difference": 0.05, "low": 0.02, "high": 0.08, "needed": 50}


@pytest.fixture(autouse=True)
def prepared(monkeypatch):
    """The candidates of these tests need no preparation."""
    monkeypatch.setattr(before_activation, "_entries", {})


@pytest.fixture
def run(release) -> TrainingRun:
    """Measured, better than what serves, and not decided yet."""
    candidate = ModelRelease.objects.create(
        purpose=release.purpose, name="run-1", query_encoder=release.query_encoder, passage_encoder=release.passage_encoder,
        settings={"weights": {}}, state=ReleaseState.READY,
    )  # fmt: skip
    figures = {"before": {"ndcg@10": 0.6, "questions": 80}, "after": {"ndcg@10": 0.65, "questions": 80}, "difference": 0.05}
    figures |= {"interval": [0.02, 0.08], "slices": {"head": [0.6, 0.7, 40]}}
    return TrainingRun.objects.create(
        release=candidate, previous=release, figures=figures, folder="checkpoints/x",
        conditions=[{"name": "better", "passed": True, "values": BETTER}], reason="better",
    )  # fmt: skip


def test_one_at_a_time(release):
    first = night_open(actor=None)
    with pytest.raises(Conflict):
        night_open(actor=None)
    assert nightly() is None
    assert Job.objects.get().pk == first.job_id


def test_a_night_without_labels_fails_with_what_to_do(release):
    run = night_open(actor=None)
    night_run(job_id=run.job_id)
    run.refresh_from_db()
    assert run.state == State.FAILED
    assert run.reason
    assert Job.objects.get().state == JobState.FAILED


def test_the_scheduled_night_is_skipped_while_there_is_little_new(release):
    run = nightly()
    night_run(job_id=run.job_id)
    run.refresh_from_db()
    assert run.state == State.SKIPPED
    assert not Notice.objects.exists()


def test_a_cancelled_night_is_over_before_it_begins(release, person):
    run = night_open(actor=None)
    with pytest.raises(NotAllowed):
        night_cancel(actor=person("agent"))
    assert night_cancel(actor=person("knowledge_manager"))
    run.refresh_from_db()
    assert run.state == State.CANCELLED
    assert night_run(job_id=run.job_id) is None
    assert not night_cancel(actor=None)


def test_what_passed_serves_at_once_or_waits_as_set(run, settings):
    settings.LEARN_AUTOMATIC = False
    run_offer(run=run)
    assert run.state == State.WAITING
    assert active_release().name == "test"
    run_promote(actor=None, run=run)
    assert (active_release().name, run.state) == ("run-1", State.PROMOTED)


def test_a_person_approves_or_declines(run, settings, person):
    settings.LEARN_AUTOMATIC = False
    run_offer(run=run)
    with pytest.raises(NotAllowed):
        run_promote(actor=person("knowledge_manager"), run=run)
    chief = person("administrator")
    run_decline(actor=chief, run=run)
    run.refresh_from_db()
    assert (run.state, run.decided_by, run.release) == (State.DECLINED, chief, None)
    with pytest.raises(Conflict):
        run_promote(actor=chief, run=run)


def test_what_failed_the_gate_is_promoted_by_nobody(run):
    run.conditions[0]["passed"] = False
    run.save()
    with pytest.raises(Conflict):
        run_promote(actor=None, run=run)


def test_what_was_measured_against_another_release_is_measured_again(run, release):
    ModelRelease.objects.filter(pk=release.pk).update(state=ReleaseState.RETIRED)
    release.pk = None
    release.state = ReleaseState.ACTIVE
    release.save(force_insert=True)
    with pytest.raises(Conflict):
        run_promote(actor=None, run=run)


def test_one_step_back_and_not_forth_again(run):
    run_promote(actor=None, run=run)
    assert release_rollback(actor=None).name == "test"
    run.refresh_from_db()
    assert (active_release().name, run.state) == ("test", State.ROLLED_BACK)
    assert rollback_target(active_release()) is None
    with pytest.raises(Conflict):
        release_rollback(actor=None)


def turns_of(conversation, release_id: int, refused: int, answered: int) -> None:
    """Real turns that this release searched for."""
    for number in range(refused + answered):
        trigger = CustomerMessageFactory(conversation=conversation)
        state = TurnState.REFUSED if number < refused else TurnState.ANSWERED
        Turn.objects.create(conversation=conversation, trigger=trigger, question="问", state=state, release_id=release_id)


def test_figures_out_of_control_roll_back_by_themselves(run, person):
    manager = person("knowledge_manager")
    talk = ConversationFactory(account=AccountFactory())
    turns_of(talk, run.previous_id, 6, 114)
    run_promote(actor=None, run=run)
    turns_of(talk, run.release_id, 4, 56)
    assert releases_watch() is None
    turns_of(talk, run.release_id, 26, 14)
    assert releases_watch().name == "test"
    run.refresh_from_db()
    assert run.state == State.ROLLED_BACK
    assert "30.0%" in run.reason
    assert Notice.objects.get(user=manager).body == run.reason


def said_of(conversation, release_id: int, unsolved: int, solved: int) -> None:
    """Answers that this release searched for, each with what the customer tapped below it."""
    turns_of(conversation, release_id, 0, unsolved + solved)
    rows = Turn.objects.filter(release_id=release_id, feedback=None).order_by("pk")
    for number, turn in enumerate(rows):
        answer_rated.send(sender="test", turn_id=turn.pk, author=f"identity:{turn.pk}", solved=number >= unsolved)


@pytest.mark.parametrize(("unsolved", "back"), [(14, False), (42, True)])
def test_a_release_whose_answers_solve_less_is_rolled_back_by_what_customers_tap(run, person, monkeypatch, unsolved, back):
    monkeypatch.setattr(
        "training.receivers.send_after_commit", lambda _name, turn, author, solved: feedback_record_task(turn, author, solved)
    )
    talk = ConversationFactory(account=AccountFactory())
    said_of(talk, run.previous_id, 20, 100)
    run_promote(actor=None, run=run)
    said_of(talk, run.release_id, unsolved, 70 - unsolved)
    assert bool(releases_watch()) is back
    run.refresh_from_db()
    assert run.state == (State.ROLLED_BACK if back else State.PROMOTED)
    assert AuditEntry.objects.filter(action="release.rollback").exists() is back
    if back:
        assert "60.0%" in run.reason


def test_indicators_of_nobody_say_nothing(run):
    run_promote(actor=None, run=run)
    run.release.refresh_from_db()
    assert promotion.indicators(run) == {"refused": (Share(0, 0), Share(0, 0)), "unsolved": (Share(0, 0), Share(0, 0))}


def test_the_page_shows_figures_findings_and_the_way_back(run, client, person, django_assert_max_num_queries):
    run_promote(actor=None, run=run)
    client.force_login(person("administrator"))
    with django_assert_max_num_queries(20):
        page = client.get(reverse("training:nights")).content.decode()
    assert "0.65" in page
    assert "<svg viewBox" in page
    assert "<circle" in page
    assert reverse("training:rollback") in page
    assert client.post(reverse("training:rollback")).status_code == 302
    assert active_release().name == "test"


def test_the_commands(run, capsys):
    call_command("releases", "promote", str(run.pk), "--json")
    assert '"run-1"' in capsys.readouterr().out
    call_command("releases", "rollback", "--json")
    call_command("releases", "list", "--json")
    assert '"active"' in capsys.readouterr().out
    call_command("learn", "nightly", "--dry-run", "--json")
    assert '"would_train": false' in capsys.readouterr().out
