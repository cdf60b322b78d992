"""Claim, report, pause and end a job. Every change is guarded by the state it starts from."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from scrm.core.attempts import UNEXPECTED
from scrm.core.errors import ScrmError
from scrm.core.querysets import free, lease_until
from scrm.core.tasks import send_after_commit
from scrm.jobs.choices import LIVE_STATES, MOVING_STATES, JobState
from scrm.jobs.models import Job

log = logging.getLogger(__name__)

LEASE_S = 120
YIELDED_S = 600
MAX_ATTEMPTS = 5  # claims of one slice: a worker that dies over it again and again will not do it


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
    return next(iter(jobs_claim(job_ids=[job_id], lease_s=lease_s)), None)


def job_take(*, job_id: int, rows: QuerySet, lease_s: float = LEASE_S, error: str = "") -> tuple[Job, Any] | None:
    """Claim a job of slices with the row among `rows` that it is about; None when it is someone else's or over.

    One whose row is gone is cancelled, one that was claimed too often for the same slice fails with `error`: then it is None too.
    """
    job = job_claim(job_id=job_id, lease_s=lease_s)
    if job is None:
        return None
    row = rows.filter(pk=job.subject_id).first()
    if row is None or job.attempts > MAX_ATTEMPTS:
        job_end(job=job, state=JobState.FAILED if row else JobState.CANCELLED, error_code="internal", error=error)
        return None
    return job, row


@contextmanager
def job_guarded(job: Job) -> Iterator[None]:
    """The outermost boundary of a slice: whatever goes wrong in the block, the job fails and says why."""
    try:
        yield
    except ScrmError as error:
        job_end(job=job, state=JobState.FAILED, error_code=error.code, error=str(error))
    except Exception:  # outermost boundary of the work: whoever waits for it must not wait for ever
        log.exception("%s failed", job)
        job_end(job=job, state=JobState.FAILED, error_code="internal", error=str(UNEXPECTED))


def jobs_claim(*, job_ids: Sequence[int], stage: str | None = None, lease_s: float = LEASE_S) -> list[Job]:
    """Take those of the jobs that wait, or whose worker died; with the people who asked for them. stage: what they begin with."""
    facts = {"attempts": F("attempts") + 1, "started_at": timezone.now(), "error": "", "error_code": ""}
    if stage is not None:
        facts["stage"] = stage
    with transaction.atomic():
        free_ids = list(Job.objects.select_for_update(skip_locked=True).filter(free(), pk__in=job_ids).values_list("pk", flat=True))
        Job.objects.filter(pk__in=free_ids).update(state=JobState.RUNNING, lease_until=lease_until(lease_s), **facts)
    return list(Job.objects.select_related("created_by").filter(pk__in=free_ids))


def job_progress(*, job: Job, stage: str, done: int = 0, total: int = 0, lease_s: float = LEASE_S) -> bool:
    """Record progress and renew the lease; False when the job was cancelled or held meanwhile, or claimed by another worker."""
    return jobs_progress(jobs=[job], stage=stage, done=done, total=total, lease_s=lease_s)


def jobs_progress(*, jobs: Sequence[Job], stage: str, done: int = 0, total: int = 0, lease_s: float = LEASE_S) -> bool:
    """The same of jobs that are done together; False when one of them is no longer ours."""
    facts = {"stage": stage, "done": done, "total": total, "lease_until": lease_until(lease_s)}
    return jobs_ours(jobs).update(**facts) == len(jobs)


def jobs_done(jobs: Sequence[Job]) -> bool:
    """End them well; False when one of them is no longer ours. In the transaction of what was done, which is then to be rolled back."""
    return jobs_ours(jobs).update(state=JobState.DONE, ended_at=timezone.now(), lease_until=None) == len(jobs)


def job_yield(*, job: Job, stage: str, cursor: int, done: int, total: int) -> bool:
    """Give a job that works in slices back to the queue, to go on at `cursor`; False when it is no longer ours.

    Until YIELDED_S are over, its own message is expected to bring it back; then a drain may.
    """
    facts = {"stage": stage, "cursor": cursor, "done": done, "total": total, "attempts": 0, "lease_until": lease_until(YIELDED_S)}
    return bool(jobs_ours([job]).update(state=JobState.QUEUED, **facts))


def jobs_lost(*, kind: str, unheard_s: float) -> list[int]:
    """Ids of jobs in slices whose worker died, or whose first message has not come within unheard_s; oldest first."""
    now = timezone.now()
    never_begun = Q(state=JobState.QUEUED, lease_until=None, created_at__lt=now - timedelta(seconds=unheard_s))
    lost = never_begun | Q(state__in=MOVING_STATES, lease_until__lt=now)
    return list(Job.objects.filter(lost, kind=kind).order_by("pk").values_list("pk", flat=True))


def jobs_drain(*, kind: str, task: str, unheard_s: float, queue: str = "interactive") -> int:
    """Send the task of jobs_lost again; how many."""
    lost = jobs_lost(kind=kind, unheard_s=unheard_s)
    for job in lost:
        send_after_commit(task, job, queue=queue)
    return len(lost)


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


def jobs_ours(jobs: Sequence[Job]) -> QuerySet[Job]:
    """The rows of which these very claims still hold: every claim sets `started_at` anew."""
    claims = {job.pk: job.started_at for job in jobs}
    return Job.objects.filter(pk__in=claims, state=JobState.RUNNING, started_at__in=claims.values())


def job_end(*, job: Job, state: JobState, error_code: str = "", error: str = "") -> None:
    Job.objects.filter(pk=job.pk, state__in=LIVE_STATES).update(
        state=state, error_code=error_code, error=error[:2000], ended_at=timezone.now(), lease_until=None
    )


def job_retry(*, job_id: int) -> bool:
    """Put a failed job back into the queue; False when it is not failed."""
    return bool(Job.objects.filter(pk=job_id, state=JobState.FAILED).update(state=JobState.QUEUED, stage="", done=0, ended_at=None))
