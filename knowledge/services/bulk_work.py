"""The work of a change of many documents: a job in slices, which goes on where a killed worker stopped.

Slices run on the queue of replies: taking documents out of all answers must not wait behind hours of imports. Each is short, and the
next goes to the end of the queue, so replies come in between.
"""

from collections.abc import Mapping
from typing import Any

from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext as _

from knowledge.models import BulkChange, KnowledgeBase
from knowledge.selectors import people_of
from knowledge.services.documents import documents_remove, documents_restore
from knowledge.services.validity import documents_change
from scrm.core.attempts import UNEXPECTED
from scrm.core.errors import Invalid
from scrm.core.tasks import send_after_commit
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_end, job_guarded, job_take, job_yield

KIND, TASK = "bulk_change", "knowledge.bulk_run"
REFRESH = "knowledge.lexical_refresh"
SLICE = 500  # documents: about half a second, in one transaction
Verb = BulkChange.Verb
_READ = {"valid_from": parse_datetime, "valid_until": parse_datetime, "review_by": parse_date}


def bulk_run(*, job_id: int) -> None:
    """One slice, and the message for the next; no effect when the job is over or another worker's."""
    taken = job_take(job_id=job_id, rows=BulkChange.objects.select_related("base", "created_by"), error=str(UNEXPECTED))
    if taken:
        job, row = taken
        with job_guarded(job):
            _slice(row, job)


def _slice(row: BulkChange, job: Job) -> None:
    """A slice whose worker dies after it was done is done again, which changes nothing more."""
    ids = row.documents[row.over : row.over + SLICE]
    changed, importing = _done(row, ids)
    row.over, row.changed, row.importing = row.over + len(ids), row.changed + changed, row.importing + importing
    row.save(update_fields=["over", "changed", "importing"])
    if row.over >= row.total:
        job_end(job=job, state=JobState.DONE)
        send_after_commit(REFRESH, queue="bulk")  # a base that lost half its documents has another average length
    elif job_yield(job=job, stage=row.verb, cursor=row.over, done=row.over, total=row.total):
        send_after_commit(TASK, job.pk)


def _done(row: BulkChange, ids: list[int]) -> tuple[int, int]:
    """(documents that are not as they were, of them on their way through the import)."""
    facts = {"actor": row.created_by, "base": row.base, "document_ids": ids}
    if row.verb == Verb.REMOVE:
        return documents_remove(**facts), 0
    if row.verb == Verb.RESTORE:
        restored = documents_restore(**facts)
        return restored.answering + restored.importing, restored.importing
    return documents_change(**facts, changes=_read(row.base, row.changes)), 0


def _read(base: KnowledgeBase, stored: Mapping[str, Any]) -> dict[str, Any]:
    changes = {name: _READ[name](value) if name in _READ and value else value for name, value in stored.items()}
    if changes.get("owner") is not None:
        changes["owner"] = people_of(base).filter(pk=changes["owner"]).first()
        if changes["owner"] is None:
            raise Invalid(_("The chosen owner has no access to this knowledge base any more."))
    return changes
