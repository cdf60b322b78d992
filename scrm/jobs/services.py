"""Claim, report, pause and end a job. Every change is guarded by the state it starts from."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from scrm.core.querysets import lease_until
from scrm.jobs.choices import LIVE_STATES, MOVING_STATES, JobState
from scrm.jobs.models import Job

LEASE_S = 120
YIELDED_S = 600


def job_open(*, kind: str, subject_id: int, title: str = "", actor=None, held: bool = False) -> Job:
    """The live job of (kind, subject); made when there is none. held: it waits until somebody lets it go on."""
    state = JobState.HELD if held else JobState.QUEUED
    try:
        with transaction.atomic():
            return Job.objects.create(kind=kind, subject_id=subject_id, title=title[:300], created_by=actor, state=state)
    except IntegrityError:
        return Job.objects.get(kind=kind, subject_id=subject_id, state__in=LIVE_STATES)


def job_claim(*, job_id: int, lease_s: float = LEASE_S) -> Job | None:
    """Take a waiting job, or a running one whose worker died; None when it is someone else's or over."""
    now = timezone.now()
    taken = (
        Job.objects.filter(pk=job_id)
        .filter(Q(state=JobState.QUEUED) | Q(state=JobState.RUNNING, lease_until__lt=now))
        .update(
            state=JobState.RUNNING, lease_until=lease_until(lease_s), attempts=F("attempts") + 1, started_at=now, error="", error_code=""
        )
    )
    return Job.objects.get(pk=job_id) if taken else None


def job_progress(*, job: Job, stage: str, done: int = 0, total: int = 0, lease_s: float = LEASE_S) -> bool:
    """Record progress and renew the lease; False when the job was cancelled or held meanwhile, or claimed by another worker."""
    return bool(_ours(job).update(stage=stage, done=done, total=total, lease_until=lease_until(lease_s)))


def job_yield(*, job: Job, stage: str, cursor: int, done: int, total: int) -> bool:
    """Give a job that works in slices back to the queue, to go on at `cursor`; False when it is no longer ours.

    Until YIELDED_S are over, its own message is expected to bring it back; then a drain may.
    """
    facts = {"stage": stage, "cursor": cursor, "done": done, "total": total, "attempts": 0, "lease_until": lease_until(YIELDED_S)}
    return bool(_ours(job).update(state=JobState.QUEUED, **facts))


def jobs_lost(*, kind: str, unheard_s: float) -> list[int]:
    """Ids of jobs in slices whose worker died, or whose first message has not come within unheard_s; oldest first."""
    now = timezone.now()
    never_begun = Q(state=JobState.QUEUED, lease_until=None, created_at__lt=now - timedelta(seconds=unheard_s))
    lost = never_begun | Q(state__in=MOVING_STATES, lease_until__lt=now)
    return list(Job.objects.filter(lost, kind=kind).order_by("pk").values_list("pk", flat=True))


def jobs_hold(jobs: QuerySet[Job]) -> int:
    """Pause those of the jobs that wait or run; a running one stops at its next progress report and keeps what it has done."""
    return jobs.filter(state__in=MOVING_STATES).update(state=JobState.HELD, lease_until=None)


def jobs_release(jobs: QuerySet[Job]) -> list[int]:
    """Let the held ones of the jobs go on; their ids."""
    ids = list(jobs.filter(state=JobState.HELD).values_list("pk", flat=True))
    Job.objects.filter(pk__in=ids, state=JobState.HELD).update(state=JobState.QUEUED, attempts=0)
    return ids


def jobs_cancel(jobs: QuerySet[Job]) -> int:
    return jobs.filter(state__in=LIVE_STATES).update(state=JobState.CANCELLED, ended_at=timezone.now(), lease_until=None)


def _ours(job: Job) -> QuerySet[Job]:
    """The row as long as this very claim holds: every claim sets `started_at` anew."""
    return Job.objects.filter(pk=job.pk, state=JobState.RUNNING, started_at=job.started_at)


def job_end(*, job: Job, state: JobState, error_code: str = "", error: str = "") -> None:
    Job.objects.filter(pk=job.pk, state__in=LIVE_STATES).update(
        state=state, error_code=error_code, error=error[:2000], ended_at=timezone.now(), lease_until=None
    )


def job_retry(*, job_id: int) -> bool:
    """Put a failed job back into the queue; False when it is not failed."""
    return bool(Job.objects.filter(pk=job_id, state=JobState.FAILED).update(state=JobState.QUEUED, stage="", done=0, ended_at=None))
