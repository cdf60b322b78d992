"""Runs the jobs of imports: claim, then parse -> chunk -> embed -> index -> publish from wherever the version stands."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from knowledge.choices import VersionState
from knowledge.ingestion import stages
from knowledge.ingestion.causes import cause_text
from knowledge.ingestion.publishing import version_publish
from knowledge.ingestion.types import ParseError
from knowledge.models import DocumentVersion
from scrm.ai.encoders import load
from scrm.ai.selectors import active_release
from scrm.core.errors import ScrmError, Unavailable
from scrm.core.querysets import lease_until
from scrm.core.tasks import stopping
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_claim, job_end, job_progress

log = logging.getLogger(__name__)

KIND = "ingest"
LEASE_S = 60
MAX_ATTEMPTS = 5  # a version that kills its worker each time is given up
RETRY_S = 30
OVERDUE = timedelta(seconds=10)  # a queued job older than this has perhaps lost its message

UNFINISHED = (VersionState.RECEIVED, VersionState.PARSED, VersionState.CHUNKED, VersionState.EMBEDDED, VersionState.INDEXED)


class JobLost(Exception):
    """The job was cancelled or paused, or another worker has taken it."""


@dataclass
class Work:
    """One claimed job and its version."""

    job: Job
    version: DocumentVersion
    over: bool = False

    def ours(self) -> bool:
        """Does this claim still hold?"""
        return Job.objects.filter(pk=self.job.pk, state=JobState.RUNNING, started_at=self.job.started_at).exists()

    def report(self, stage: str, done: int = 0, total: int = 0, lease_s: float = LEASE_S) -> None:
        """Progress to the page, and a renewed lease. Raises JobLost."""
        if not job_progress(job=self.job, stage=stage, done=done, total=total, lease_s=lease_s):
            raise JobLost

    def reload(self) -> None:
        self.version = DocumentVersion.objects.select_related("document").get(pk=self.version.pk)


def jobs_waiting(limit: int) -> list[int]:
    """Ids of jobs whose message was lost or whose worker died, oldest first."""
    now = timezone.now()
    lost = Q(state=JobState.QUEUED, created_at__lt=now - OVERDUE) | Q(state=JobState.RUNNING, lease_until__lt=now)
    return list(Job.objects.filter(lost, kind=KIND).order_by("pk").values_list("pk", flat=True)[:limit])


def jobs_run(job_ids: Sequence[int]) -> None:
    """Take those of the jobs that are free to the end. Encoding is shared: its batches span the versions. Never raises for a bad file."""
    works = [work for job_id in job_ids if (work := _claimed(job_id))]
    for work in works:
        _keep_leases(works, stages.parse_seconds(work.version.size) + LEASE_S)
        _guarded([work], lambda work=work: _prepare(work))
    _guarded(works, lambda: _embed(works))
    for work in works:
        _guarded([work], lambda work=work: _finish(work))


def _claimed(job_id: int) -> Work | None:
    job = job_claim(job_id=job_id, lease_s=LEASE_S)
    if job is None:
        return None
    version = DocumentVersion.objects.select_related("document").filter(pk=job.subject_id).first()
    if version is None or version.state not in UNFINISHED:
        job_end(job=job, state=JobState.DONE if version else JobState.CANCELLED)
        return None
    work = Work(job, version)
    if job.attempts > MAX_ATTEMPTS:
        _fail(work, "internal", "given up after too many attempts")
        return None
    return work


def _keep_leases(works: list[Work], seconds: float) -> None:
    """While one of the group is being read, the others are not to be taken for abandoned."""
    claims = {work.job.pk: work.job.started_at for work in works if not work.over}
    Job.objects.filter(pk__in=claims, state=JobState.RUNNING, started_at__in=claims.values()).update(lease_until=lease_until(seconds))


def _prepare(work: Work) -> None:
    if work.version.state == VersionState.RECEIVED:
        work.report("parse", lease_s=stages.parse_seconds(work.version.size) + LEASE_S)
        stages.parse_version(work.version, lambda done, total: work.report("parse", done, total, lease_s=stages.PAGE_S + LEASE_S))
        work.reload()
    if work.version.state == VersionState.PARSED:
        work.report("chunk", lease_s=2 * LEASE_S)
        stages.chunk_version(work.version)
        work.reload()


def _embed(works: list[Work]) -> None:
    """Together; when one of them is paused or cancelled the others go on, with what is encoded already."""
    while works := [work for work in works if not work.over and work.version.state == VersionState.CHUNKED]:
        try:
            return _embed_together(works)
        except JobLost:
            for work in works:
                work.over = not work.ours()
    return None


def _embed_together(works: list[Work]) -> None:
    for work in works:
        work.report("embed", lease_s=2 * LEASE_S)  # the first use loads the model
    row = active_release().passage_encoder
    encoder = load(row)

    def told(done: int, total: int) -> None:
        for work in works:
            work.report("embed", done, total)

    stages.embed_versions([work.version for work in works], row, encoder, told)
    for work in works:
        stages.move(work.version, VersionState.CHUNKED, VersionState.EMBEDDED)
        work.reload()


def _finish(work: Work) -> None:
    if work.version.state == VersionState.EMBEDDED:
        work.report("index")
        stages.index_version(work.version, lambda done, total: work.report("index", done, total))
    work.report("publish")
    version_publish(version_id=work.version.pk, actor=work.job.created_by)
    job_end(job=work.job, state=JobState.DONE)
    work.over = True


def _guarded(works: list[Work], step: Callable[[], None]) -> None:
    """Run a step for works that are not over; what goes wrong ends them with a cause."""
    works = [work for work in works if not work.over]
    if not works:
        return
    try:
        step()
    except JobLost:
        for work in works:
            work.over = True
    except ParseError as error:
        _fail_all(works, error.code, error.detail)
    except Unavailable as error:
        for work in works:
            _later(work, error)
    except ScrmError as error:
        _fail_all(works, "model", str(error))
    except (OperationalError, InterfaceError) as error:
        _leave(works, error)
    except Exception as error:  # noqa: BLE001 - outermost boundary: the cause goes to the log and to the person
        _broken(works, error)


def _broken(works: list[Work], error: Exception) -> None:
    """What breaks while a worker is being ended says nothing about the file."""
    if stopping():
        return _leave(works, error)
    log.exception("import failed: versions %s", [work.version.pk for work in works])
    return _fail_all(works, "internal", f"{type(error).__name__}: {error}")


def _leave(works: list[Work], error: Exception) -> None:
    """The database went away, or this worker is being stopped: the drain takes the jobs up when their leases end."""
    log.warning("import left to the drain: versions %s: %s", [work.version.pk for work in works], error)
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    for work in works:
        work.over = True


def _later(work: Work, error: ScrmError) -> None:
    """The endpoint does not answer: leave the job to the drain, up to the last attempt."""
    if work.job.attempts >= MAX_ATTEMPTS:
        return _fail(work, "model", str(error))
    Job.objects.filter(pk=work.job.pk, state=JobState.RUNNING).update(
        lease_until=timezone.now() + timedelta(seconds=RETRY_S * work.job.attempts)
    )
    work.over = True
    return None


def _fail_all(works: list[Work], code: str, detail: str) -> None:
    for work in works:
        _fail(work, code, detail)


def _fail(work: Work, code: str, detail: str) -> None:
    """FAILED with a cause; the version that answered before goes on answering."""
    with transaction.atomic(durable=True):
        version = DocumentVersion.objects.select_for_update().get(pk=work.version.pk)
        if version.state in UNFINISHED and work.ours():
            version.failed_at, version.state = version.state, VersionState.FAILED
            version.error_code, version.error = code, detail[:2000]
            version.save(update_fields=["failed_at", "state", "error_code", "error"])
            job_end(job=work.job, state=JobState.FAILED, error_code=code, error=str(cause_text(code)))
    work.over = True
