"""An archive of an upload is unpacked by a job in slices: the request ends with the transfer, a killed worker's archive goes on.

Slices run on the queue of replies and take half a second: what is unpacked only joins the imports, which have a queue of their own.
"""

import secrets
from itertools import islice
from time import monotonic
from typing import BinaryIO

from django.core.files import File
from django.db import transaction

from knowledge.ingestion import archives
from knowledge.ingestion.types import ParseError
from knowledge.models import KnowledgeBase, UploadBatch, UploadedArchive
from knowledge.services.archives import Taken, archive_folder, files_upload, is_archive, member_take
from knowledge.services.batches import ADD, UNPACK, UNPACK_TASK, batch_refuse
from knowledge.services.uploads import BATCH_CANCELLED, batch_locked_in_tx, refused_for
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.attempts import UNEXPECTED
from scrm.core.errors import Conflict, NotAllowed, ScrmError
from scrm.core.tasks import send_after_commit
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_end, job_guarded, job_open, job_take, job_yield, jobs_drain

SLICE_S = 0.5
UNHEARD_S = 60


def file_receive(*, actor, base: KnowledgeBase, name: str, file: BinaryIO, batch: UploadBatch | None) -> list[Taken]:
    """Take in a file as files_upload does; an archive of a batch is only kept, and unpacked in the background. Raises NotAllowed."""
    if batch is None or not is_archive(file, name):
        return files_upload(actor=actor, base=base, name=name, file=file, batch=batch)
    try:
        return [Taken(name, archive_open(actor=actor, batch=batch, name=name, file=file))]
    except NotAllowed:
        raise
    except ScrmError as error:
        return [Taken(name, error)]


def archive_open(*, actor, batch: UploadBatch, name: str, file: BinaryIO) -> UploadedArchive:
    """Keep an archive of the batch and have it unpacked. `file`: seekable.

    Raises NotAllowed; Conflict when the batch was cancelled; Refused when it cannot be read, holds nothing or too much, which the batch
    remembers.
    """
    policy.require(actor, ADD, batch.base)
    total = _counted(batch, name, file)
    with transaction.atomic(durable=True):
        held = batch_locked_in_tx(batch).paused_at is not None
        row = UploadedArchive(batch=batch, name=name[-400:], total=total, created_by=actor)
        row.file.save(f"{secrets.token_hex(32)}.zip", File(file), save=False)
        row.save()
        audit_record(actor=actor, action="batch.unpack", subject=batch, detail={"base": batch.base_id, "files": total})
        row.job = job_open(kind=UNPACK, subject_id=row.pk, title=row.name, actor=actor, held=held)
        row.save(update_fields=["job"])
        send_after_commit(UNPACK_TASK, row.job.pk)
    return row


def archive_unpack(*, job_id: int) -> None:
    """One slice, and the message for the next; no effect when the job is over, paused or another worker's."""
    taken = job_take(job_id=job_id, rows=UploadedArchive.objects.select_related("batch__base", "created_by"), error=str(UNEXPECTED))
    if taken:
        job, row = taken
        with job_guarded(job):
            _slice(row, job)


def archives_drain() -> int:
    """Bring back those whose worker died or whose message was lost."""
    return jobs_drain(kind=UNPACK, task=UNPACK_TASK, unheard_s=UNHEARD_S)


def _counted(batch: UploadBatch, name: str, file: BinaryIO) -> int:
    try:
        total = archives.count_members(file)
        if not total:
            raise ParseError("empty")
        return total
    except ParseError as error:
        refused = refused_for(error.code)
        batch_refuse(batch=batch, name=name, error=refused)
        raise refused from error
    finally:
        file.seek(0)


def _slice(row: UploadedArchive, job: Job) -> None:
    try:
        _take_some(row)
    except ParseError as error:
        raise refused_for(error.code) from error
    if row.over >= row.total:
        job_end(job=job, state=JobState.DONE)
        row.file.delete(save=False)
    elif job_yield(job=job, stage="unpack", cursor=row.over, done=row.over, total=row.total):
        send_after_commit(UNPACK_TASK, job.pk)


def _take_some(row: UploadedArchive) -> None:
    """Half a second's files. One whose worker died after it was taken in is taken in again, which changes nothing."""
    until = monotonic() + SLICE_S
    with row.file.open("rb") as source:
        for member, stream in islice(archives.members(source), row.over, None):
            name = f"{archive_folder(row.name)}/{member.name}"
            taken = member_take(row.created_by, row.batch.base, row.batch, name, member.cause, stream)
            if isinstance(taken.result, Conflict) and taken.result.code == BATCH_CANCELLED:
                return
            row.over += 1
            row.save(update_fields=["over"])
            if monotonic() > until:
                return
