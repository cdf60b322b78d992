"""Verbs on model releases: create, activate, have activated."""

from django.db import transaction
from django.utils import timezone

from scrm.access.policy import require
from scrm.ai.choices import Purpose, ReleaseState
from scrm.ai.errors import DimensionsDiffer, ReleaseNotReady
from scrm.ai.models import Encoder, ModelRelease
from scrm.ai.registry import before_activation, release_activated
from scrm.audit.services import audit_record
from scrm.core.errors import ScrmError
from scrm.core.locks import lock_in_tx
from scrm.core.tasks import send_after_commit

ACTIVATABLE = (ReleaseState.READY, ReleaseState.RETIRED)


def release_create(
    *,
    name: str,
    purpose: str = Purpose.EMBEDDING,
    query_encoder: Encoder | None = None,
    passage_encoder: Encoder | None = None,
    settings: dict | None = None,
    state: str = ReleaseState.READY,
) -> ModelRelease:
    """Store a release that is not in use yet. Raises DimensionsDiffer when its two encoders do not fit together."""
    if query_encoder and passage_encoder and query_encoder.dimensions != passage_encoder.dimensions:
        raise DimensionsDiffer
    with transaction.atomic(durable=True):
        return ModelRelease.objects.create(
            name=name,
            purpose=purpose,
            query_encoder=query_encoder,
            passage_encoder=passage_encoder,
            settings=settings or {},
            state=state,
        )


def release_activate(*, release: ModelRelease, actor=None) -> ModelRelease:
    """Make this release the one that serves its purpose, and retire the one before: promotion and roll-back alike.

    The registered preparations (`before_activation`) run first, with no transaction open; then one pointer moves under a
    lock. `actor`: a user, or None for the system. Raises NotAllowed, ReleaseNotReady for a release that is still being
    built, and whatever a preparation raises; that is kept on the row as its problem.
    """
    require(actor, "ai.change_modelrelease")
    release.refresh_from_db()
    if release.state == ReleaseState.ACTIVE:
        return release
    guard_activatable(release)
    try:
        for prepare in before_activation.values():
            prepare(release)
    except ScrmError as error:
        ModelRelease.objects.filter(pk=release.pk).update(problem=str(error))
        raise
    return pointer_move(release, actor)


def release_request(*, release: ModelRelease, actor=None) -> None:
    """Have a worker activate it: the preparations can take minutes. Raises NotAllowed or ReleaseNotReady at once."""
    require(actor, "ai.change_modelrelease")
    guard_activatable(release)
    send_after_commit("ai.release_activate", release.pk, actor.pk if actor else 0, queue="bulk")


def guard_activatable(release: ModelRelease) -> None:
    if release.state not in ACTIVATABLE:
        raise ReleaseNotReady


def pointer_move(release: ModelRelease, actor) -> ModelRelease:
    with transaction.atomic(durable=True):
        lock_in_tx("ai.release", release.purpose)
        release = ModelRelease.objects.select_for_update().get(pk=release.pk)
        if release.state == ReleaseState.ACTIVE:
            return release
        guard_activatable(release)
        rivals = ModelRelease.objects.filter(purpose=release.purpose, state=ReleaseState.ACTIVE)
        previous = rivals.select_for_update().first()
        rivals.update(state=ReleaseState.RETIRED)
        release.state, release.activated_at, release.problem = ReleaseState.ACTIVE, timezone.now(), ""
        release.save(update_fields=["state", "activated_at", "problem"])
        audit_record(actor=actor, action="model.activated", subject=release, detail={"previous": previous and previous.pk})
        transaction.on_commit(lambda: release_activated.send(ModelRelease, release=release, previous=previous))
    return release
