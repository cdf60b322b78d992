import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from scrm.access.models import User
from scrm.ai.errors import DimensionsDiffer, NoActiveRelease, ReleaseNotReady
from scrm.ai.models import ModelRelease
from scrm.ai.registry import before_activation, release_activated
from scrm.ai.selectors import active_release
from scrm.ai.services.releases import release_activate, release_create, release_request
from scrm.ai.tasks import release_activate_task
from scrm.audit.models import AuditEntry
from scrm.core.errors import NotAllowed, Unavailable
from tests.ai.conftest import make_encoder


@pytest.fixture
def release(encoder_row):
    def make(**facts) -> ModelRelease:
        encoder = encoder_row()
        return release_create(name=encoder.source, query_encoder=encoder, passage_encoder=encoder, **facts)

    return make


@pytest.fixture
def heard():
    events = []

    def hear(sender, *, release, previous, **_rest):
        events.append((release.pk, previous and previous.pk))

    release_activated.connect(hear)
    yield events
    release_activated.disconnect(hear)


@pytest.fixture
def preparation(monkeypatch):
    """Register a preparation for this test alone."""

    def add(prepare) -> None:
        monkeypatch.setitem(before_activation._entries, "test", prepare)

    return add


def test_without_a_release_the_error_says_what_to_do(db):
    with pytest.raises(NoActiveRelease, match="model_prepare"):
        active_release()


def test_promotion_and_roll_back_move_one_pointer(release, heard, django_capture_on_commit_callbacks):
    old, new = release(), release()
    with django_capture_on_commit_callbacks(execute=True):
        release_activate(release=old)
        release_activate(release=new)
        assert active_release() == new
        release_activate(release=old)
    assert active_release() == old
    assert ModelRelease.objects.get(pk=new.pk).state == "retired"
    assert heard == [(old.pk, None), (new.pk, old.pk), (old.pk, new.pk)]
    assert AuditEntry.objects.filter(action="model.activated").count() == 3


def test_activating_the_active_one_changes_nothing(release, heard, django_capture_on_commit_callbacks):
    only = release_activate(release=release())
    with django_capture_on_commit_callbacks(execute=True):
        assert release_activate(release=only).activated_at == only.activated_at
    assert heard == []


def test_a_release_being_built_is_refused(release):
    with pytest.raises(ReleaseNotReady):
        release_activate(release=release(state="building"))


def test_a_failed_preparation_leaves_the_old_release_and_the_reason(release, preparation):
    old, new = release_activate(release=release()), release()

    def fail(_release):
        raise Unavailable("disk full")

    preparation(fail)
    with pytest.raises(Unavailable):
        release_activate(release=new)
    assert active_release() == old
    new.refresh_from_db()
    assert (new.state, new.problem) == ("ready", "disk full")


def test_the_preparation_sees_the_release_before_it_serves(release, preparation):
    seen = []
    new = release()
    preparation(lambda candidate: seen.append((candidate.pk, candidate.state)))
    release_activate(release=new)
    assert seen == [(new.pk, "ready")]


def test_encoders_of_one_release_have_equal_dimensions(encoder_row):
    with pytest.raises(DimensionsDiffer):
        release_create(name="mixed", query_encoder=encoder_row(dimensions=4), passage_encoder=encoder_row(dimensions=8))


def test_two_releases_of_different_dimensions_live_side_by_side(encoder_row):
    for dimensions in (384, 512):
        encoder = encoder_row(dimensions=dimensions)
        release_activate(release=release_create(name=str(dimensions), query_encoder=encoder, passage_encoder=encoder))
    assert active_release().passage_encoder.dimensions == 512


def test_the_database_refuses_a_second_active_release(release):
    release_activate(release=release())
    second = release()
    with pytest.raises(IntegrityError, match="ai_modelrelease_one_active"), transaction.atomic():
        ModelRelease.objects.filter(pk=second.pk).update(state="active", activated_at=timezone.now())


def test_the_database_refuses_an_embedding_release_without_encoders(db):
    with pytest.raises(IntegrityError, match="ai_modelrelease_encoders_fit_purpose"), transaction.atomic():
        ModelRelease.objects.create(name="empty", purpose="embedding")


def test_purposes_do_not_disturb_each_other(release):
    embedding = release_activate(release=release())
    chat = release_activate(release=release_create(name="writer", purpose="chat"))
    assert active_release() == embedding
    assert active_release("chat") == chat


def test_only_those_who_may_change_releases_ask_for_it(release):
    nobody = User.objects.create(username="nobody")
    with pytest.raises(NotAllowed):
        release_request(release=release(), actor=nobody)
    with pytest.raises(NotAllowed):
        release_activate(release=release(), actor=nobody)


def test_the_worker_activates_what_was_asked_for(release):
    boss = User.objects.create(username="boss", is_superuser=True)
    wanted = release()
    release_activate_task(wanted.pk, boss.pk)
    assert active_release() == wanted
    assert AuditEntry.objects.get(action="model.activated").actor == "boss"
    release_activate_task(wanted.pk + 1000, boss.pk)


def test_two_at_once_leave_one_active(committed):
    encoder = make_encoder()
    rivals = [release_create(name=name, query_encoder=encoder, passage_encoder=encoder) for name in "ab"]
    start = threading.Barrier(2)

    def activate(candidate):
        start.wait(5)
        release_activate(release=candidate)
        connection.close()

    threads = [threading.Thread(target=activate, args=(rival,)) for rival in rivals]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(ModelRelease.objects.values_list("state", flat=True)) == ["active", "retired"]
