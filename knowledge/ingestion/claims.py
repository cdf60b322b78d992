"""Jobs of imports as a worker holds them: taken, leased, reported of, and ended with a cause when something goes wrong."""

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from knowledge.choices import VersionState
from knowledge.ingestion.causes import cause_text
from knowledge.ingestion.types import ParseError
from knowledge.models import DocumentVersion
from scrm.core.errors import ScrmError, Unavailable
from scrm.core.querysets import lease_until
from scrm.core.tasks import stopping
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_end, jobs_claim, jobs_ours, jobs_progress

log = logging.getLogger(__name__)

KIND = "ingest"
INGEST = "knowledge.version_ingest"  # the task that carries ids of such jobs
LEASE_S = 60
SPARE_S = 10  # a lease that lasts so much less than wanted is good enough
SILENT_S = 0.5  # the page needs no news more often
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
    told: float = 0.0  # when the page last heard of it, and until when the lease lasts, on the monotonic clock
    leased: float = 0.0

    def ours(self) -> bool:
        """Does this claim still hold?"""
        return jobs_ours([self.job]).exists()


def jobs_waiting(limit: int) -> list[int]:
    """Ids of jobs whose message was lost or whose worker died, oldest first."""
    now = timezone.now()
    lost = Q(state=JobState.QUEUED, created_at__lt=now - OVERDUE) | Q(state=JobState.RUNNING, lease_until__lt=now)
    return list(Job.objects.filter(lost, kind=KIND).order_by("pk").values_list("pk", flat=True)[:limit])


def claimed(job_ids: Sequence[int]) -> list[Work]:
    """Those of the jobs that were free and still have something to do, in the order asked for."""
    jobs, now = jobs_claim(job_ids=job_ids, stage="parse", lease_s=LEASE_S), monotonic()
    versions = DocumentVersion.objects.select_related("document").in_bulk([job.subject_id for job in jobs])
    works = []
    for job in sorted(jobs, key=lambda job: job_ids.index(job.pk)):
        version = versions.get(job.subject_id)
        if version is None or version.state not in UNFINISHED:
            job_end(job=job, state=JobState.DONE if version else JobState.CANCELLED)
        elif job.attempts > MAX_ATTEMPTS:
            _fail(Work(job, version), "internal", "given up after too many attempts")
        else:
            works.append(Work(job, version, told=now, leased=now + LEASE_S))
    return works


def report(works: Sequence[Work], stage: str, done: int = 0, total: int = 0, *, lease_s: float = LEASE_S, quiet: bool = False) -> None:
    """Progress to the page, and renewed leases; quiet: not when the page has just heard. Raises JobLost when one of them is lost."""
    now = monotonic()
    if quiet and all(now - work.told < SILENT_S and work.leased >= now + lease_s - SPARE_S for work in works):
        return
    if not jobs_progress(jobs=[work.job for work in works], stage=stage, done=done, total=total, lease_s=lease_s):
        raise JobLost
    for work in works:
        work.told, work.leased = now, now + lease_s


def keep_leases(works: Iterable[Work], seconds: float) -> None:
    """While one of a turn is being read, the others are not to be taken for abandoned."""
    wanted = monotonic() + seconds
    short = [work for work in works if not work.over and work.leased < wanted - SPARE_S]
    if not short:
        return
    jobs_ours([work.job for work in short]).update(lease_until=lease_until(seconds))
    for work in short:
        work.leased = wanted


@contextmanager
def guarded(works: Sequence[Work]) -> Iterator[None]:
    """What goes wrong in the block ends those of the works that are not over, with a cause."""
    try:
        yield
    except JobLost:
        for work in works:
            work.over = True
    except ParseError as error:
        _fail_all(works, error.code, error.detail)
    except Unavailable as error:
        for work in _going(works):
            _later(work, error)
    except ScrmError as error:
        _fail_all(works, "model", str(error))
    except DocumentVersion.DoesNotExist:
        _fail_all(works, "internal", "deleted meanwhile")
    except (OperationalError, InterfaceError) as error:
        _leave(works, error)
    except Exception as error:  # noqa: BLE001 - outermost boundary: the cause goes to the log and to the person
        _broken(works, error)


def _going(works: Sequence[Work]) -> list[Work]:
    return [work for work in works if not work.over]


def _broken(works: Sequence[Work], error: Exception) -> None:
    """What breaks while a worker is being ended says nothing about the file."""
    if stopping():
        return _leave(works, error)
    log.exception("import failed: versions %s", [work.version.pk for work in works])
    return _fail_all(works, "internal", f"{type(error).__name__}: {error}")


def _leave(works: Sequence[Work], error: Exception) -> None:
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


def _fail_all(works: Sequence[Work], code: str, detail: str) -> None:
    for work in _going(works):
        _fail(work, code, detail)


def _fail(work: Work, code: str, detail: str) -> None:
    """FAILED with a cause; the version that answered before goes on answering. Of one that was deleted meanwhile nothing is left to say."""
    with transaction.atomic(durable=True):
        version = DocumentVersion.objects.select_for_update().filter(pk=work.version.pk).first()
        if version is None:
            job_end(job=work.job, state=JobState.CANCELLED)
        elif version.state in UNFINISHED and work.ours():
            version.failed_at, version.state = version.state, VersionState.FAILED
            version.error_code, version.error = code, detail[:2000]
            version.save(update_fields=["failed_at", "state", "error_code", "error"])
            job_end(job=work.job, state=JobState.FAILED, error_code=code, error=str(cause_text(code)))
    work.over = True
