"""Passage vectors of models that serve no more: kept for a set time, so that going back is one click, then removed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from knowledge.models import ChunkEmbedding
from knowledge.services.vectors import vectors_remove
from scrm.ai.choices import Purpose, ReleaseState
from scrm.ai.models import Encoder, ModelRelease
from scrm.ai.selectors import active_release_or_none
from scrm.audit.services import audit_record
from scrm.jobs.choices import JobState
from scrm.jobs.services import job_claim, job_end, job_open, job_progress
from training.models import TrainingRun
from training.services.promotion import rollback_target
from training.trainers.types import Stopped

KIND, LEASE_S = "old_vectors", 600
State = TrainingRun.State


@dataclass(frozen=True)
class OldVectors:
    """`since`: when the last release with this encoder was replaced; `until`: when its vectors go, None = they are kept."""

    encoder: Encoder
    since: datetime
    until: datetime | None


def old_vectors(active: ModelRelease | None) -> list[OldVectors]:
    """Encoders that served, serve no more and still have vectors; not that of the release in use, of the one a click goes back to, or of a
    candidate.
    """
    kept = {release.passage_encoder_id for release in (active, rollback_target(active)) if release}
    waiting = Q(state__in=(State.RUNNING, State.WAITING, State.CANARY))
    kept |= set(TrainingRun.objects.filter(waiting, release__isnull=False).values_list("release__passage_encoder", flat=True))
    rows = Encoder.objects.exclude(pk__in=kept).filter(passage_releases__state=ReleaseState.RETIRED).distinct()
    rows = rows.exclude(passage_releases__state__in=(ReleaseState.ACTIVE, ReleaseState.BUILDING))
    found = []
    for encoder in rows.order_by("pk"):
        since = _replaced_at(encoder)
        if since and ChunkEmbedding.objects.filter(encoder=encoder).exists():
            days = settings.KEEP_OLD_VECTORS_DAYS
            found.append(OldVectors(encoder, since, since + timedelta(days=days) if days else None))
    return found


def old_vectors_remove() -> int:
    """Remove those whose time is over, as a job that a person can watch and cancel; how many vectors went."""
    removed = 0
    for old in old_vectors(active_release_or_none()):
        if old.until and old.until <= timezone.now():
            removed += _remove(old)
    return removed


def _remove(old: OldVectors) -> int:
    job = job_claim(job_id=job_open(kind=KIND, subject_id=old.encoder.pk, title=str(old.encoder)).pk, lease_s=LEASE_S)
    if job is None:
        return 0

    def told(done: int, total: int) -> None:
        if not job_progress(job=job, stage="remove", done=done, total=total, lease_s=LEASE_S):
            raise Stopped

    try:
        number = vectors_remove(encoder=old.encoder, progress=told)
    except Stopped:
        return 0
    with transaction.atomic(durable=True):
        audit_record(actor=None, action="vectors.remove", subject=old.encoder, detail={"vectors": number})
    job_end(job=job, state=JobState.DONE)
    return number


def _replaced_at(encoder: Encoder) -> datetime | None:
    """When a release with other passage vectors was activated after the last one with these."""
    served = ModelRelease.objects.filter(purpose=Purpose.EMBEDDING, activated_at__isnull=False)
    last = served.filter(passage_encoder=encoder).order_by("-activated_at").values_list("activated_at", flat=True).first()
    if last is None:
        return None
    after = served.exclude(passage_encoder=encoder).filter(activated_at__gt=last).order_by("activated_at")
    return after.values_list("activated_at", flat=True).first()
