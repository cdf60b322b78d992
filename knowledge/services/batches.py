"""Verbs on files that were handed in together: take in, pause, go on, cancel, retry what failed."""

from collections.abc import Sequence
from typing import BinaryIO

from django.db import transaction
from django.db.models import Case, F, QuerySet, Value, When
from django.utils import timezone

from knowledge.choices import VersionState
from knowledge.ingestion.claims import INGEST, KIND, UNFINISHED
from knowledge.models import DocumentVersion, KnowledgeBase, UploadBatch
from knowledge.services.uploads import Upload, clean_name, document_upload
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, NotAllowed, ScrmError
from scrm.core.tasks import send_after_commit
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_open, jobs_cancel, jobs_hold, jobs_release

ADD = "knowledge.add_document"
CANCELLED = "cancelled"  # the cause of versions whose import a person cancelled
IN_A_MESSAGE = 50
UNPACK, UNPACK_TASK = "archive", "knowledge.archive_unpack"  # jobs of archives, and what brings them to a worker


def batch_open(*, actor, base: KnowledgeBase, expected: int) -> UploadBatch:
    """A new upload of so many files. Raises NotAllowed."""
    policy.require(actor, ADD, base)
    with transaction.atomic(durable=True):
        batch = UploadBatch.objects.create(base=base, expected=max(0, expected), created_by=actor)
        audit_record(actor=actor, action="batch.open", subject=batch, detail={"base": base.pk, "files": expected})
    return batch


def batch_for(*, actor, base: KnowledgeBase, names: Sequence[str]) -> UploadBatch | None:
    """A new upload for files that come together; None for a single file, which needs none unless it is an archive."""
    many = len(names) > 1 or any(name.lower().endswith(".zip") for name in names)
    return batch_open(actor=actor, base=base, expected=len(names)) if many else None


def batch_upload(*, actor, batch: UploadBatch, name: str, file: BinaryIO) -> Upload:
    """Take one file into the batch. What document_upload raises is raised here too, and remembered on the batch."""
    try:
        return document_upload(actor=actor, base=batch.base, name=name, file=file, batch=batch)
    except (NotAllowed, Conflict):
        raise
    except ScrmError as error:
        batch_refuse(batch=batch, name=name, error=error)
        raise


def batch_refuse(*, batch: UploadBatch, name: str, error: ScrmError) -> None:
    """Remember a file that was not taken in, with its cause; one line a name."""
    name = _shown(name)
    with transaction.atomic(durable=True):
        row = UploadBatch.objects.select_for_update().get(pk=batch.pk)
        row.refused = [line for line in row.refused if line[0] != name] + [[name, str(error)]]
        row.save(update_fields=["refused"])


def batch_pause(*, actor, batch: UploadBatch) -> None:
    """No further import of the batch starts; a running one stops at its next sign of progress and keeps what it has done."""
    with transaction.atomic(durable=True):
        row = _locked_in_tx(actor, batch, "batch.pause")
        if row.paused_at is None:
            UploadBatch.objects.filter(pk=row.pk).update(paused_at=timezone.now())
        jobs_hold(_jobs(row) | _unpackings(row))


def batch_resume(*, actor, batch: UploadBatch) -> None:
    """Imports of the batch go on where they stood."""
    with transaction.atomic(durable=True):
        row = _locked_in_tx(actor, batch, "batch.resume")
        UploadBatch.objects.filter(pk=row.pk).update(paused_at=None)
        _send_after_commit(jobs_release(_jobs(row)))
        for job in jobs_release(_unpackings(row)):
            send_after_commit(UNPACK_TASK, job)


def batch_cancel(*, actor, batch: UploadBatch) -> int:
    """Give up what is not published yet, and take in nothing more; what is published stays. Returns how many imports were given up."""
    with transaction.atomic(durable=True):
        row = _locked_in_tx(actor, batch, "batch.cancel")
        UploadBatch.objects.filter(pk=row.pk).update(cancelled_at=timezone.now(), paused_at=None)
        jobs_cancel(_jobs(row) | _unpackings(row))
        unfinished = DocumentVersion.objects.filter(batch=row, state__in=UNFINISHED)
        return unfinished.update(failed_at=F("state"), state=VersionState.FAILED, error_code=CANCELLED, error="")


def batch_retry(*, actor, batch: UploadBatch, cancelled: bool = False) -> int:
    """Import the failed files of a batch again (or those that were cancelled), each from the stage it reached. Returns how many."""
    with transaction.atomic(durable=True):
        row = _locked_in_tx(actor, batch, "batch.retry")
        failed = DocumentVersion.objects.filter(batch=row, state=VersionState.FAILED, document__removed_at=None)
        failed = failed.filter(error_code=CANCELLED) if cancelled else failed.exclude(error_code=CANCELLED)
        versions = list(failed.select_for_update(of=("self",)).values_list("pk", "document__name"))
        if cancelled:
            UploadBatch.objects.filter(pk=row.pk).update(cancelled_at=None)
        _requeue_in_tx(versions, actor, held=row.paused_at is not None)
        packed = _unpack_again_in_tx(row, JobState.CANCELLED if cancelled else JobState.FAILED, actor)
    return len(versions) + packed


def _requeue_in_tx(versions: Sequence[tuple[int, str]], actor, *, held: bool) -> None:
    """versions: (id, name) of failed ones, locked."""
    stage = Case(When(failed_at="", then=Value(VersionState.RECEIVED)), default=F("failed_at"))
    DocumentVersion.objects.filter(pk__in=[pk for pk, _ in versions]).update(state=stage, failed_at="", error="", error_code="")
    state = JobState.HELD if held else JobState.QUEUED
    jobs = Job.objects.bulk_create(
        [Job(kind=KIND, subject_id=pk, title=name[:300], created_by=actor, state=state) for pk, name in versions]
    )
    if not held:
        _send_after_commit([job.pk for job in jobs])


def _send_after_commit(job_ids: Sequence[int]) -> None:
    for start in range(0, len(job_ids), IN_A_MESSAGE):
        send_after_commit(INGEST, *job_ids[start : start + IN_A_MESSAGE], queue="bulk")


def _locked_in_tx(actor, batch: UploadBatch, action: str) -> UploadBatch:
    policy.require(actor, ADD, batch.base)
    row = UploadBatch.objects.select_for_update().get(pk=batch.pk)
    audit_record(actor=actor, action=action, subject=row, detail={"base": row.base_id})
    return row


def _jobs(batch: UploadBatch) -> QuerySet[Job]:
    return Job.objects.filter(kind=KIND, subject_id__in=DocumentVersion.objects.filter(batch=batch).values("pk"))


def _unpackings(batch: UploadBatch) -> QuerySet[Job]:
    return Job.objects.filter(kind=UNPACK, subject_id__in=batch.archives.values("pk"))


def _unpack_again_in_tx(batch: UploadBatch, state: JobState, actor) -> int:
    """Archives whose unpacking ended in that state go on where it stood; how many of their documents are still to come."""
    rows = list(batch.archives.filter(job__state=state).exclude(file=""))
    for row in rows:
        row.job = job_open(kind=UNPACK, subject_id=row.pk, title=row.name, actor=actor, held=batch.paused_at is not None)
        row.created_by = actor
        row.save(update_fields=["job", "created_by"])
        send_after_commit(UNPACK_TASK, row.job.pk)
    return sum(row.total - row.over for row in rows)


def _shown(name: str) -> str:
    try:
        return clean_name(name)
    except ScrmError:
        return name[:100]
