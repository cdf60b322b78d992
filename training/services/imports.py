"""Verbs on imports of annotations: upload, look at every line, take in, discard. Small files at once, large ones by a worker in batches."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from knowledge.models import KnowledgeBase
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid, NotFound
from scrm.core.tasks import send_after_commit
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_open, jobs_cancel, jobs_drain
from training.models import AnnotationImport, ImportedLine
from training.services.annotation import CHANGE
from training.services.import_work import import_work

KIND = "annotation_import"
MOST_BYTES = 50_000_000
AT_ONCE_BYTES = 100_000  # a second of work; larger files are a worker's
AT_ONCE_LINES = 50
UNHEARD_S = 60
State, Outcome = AnnotationImport.State, ImportedLine.Outcome


def import_open(*, actor, base: KnowledgeBase, file, name: str) -> AnnotationImport:
    """Have the file's lines checked; nothing is taken in yet. `base`: of lines that name none.

    `file`: a Django File. Raises NotAllowed; Invalid when it is empty or larger than MOST_BYTES.
    """
    policy.require(actor, CHANGE, base)
    if not file.size:
        raise Invalid(_("The file is empty."))
    if file.size > MOST_BYTES:
        raise Invalid(_("The file is larger than %(limit)s MB.") % {"limit": MOST_BYTES // 1_000_000})
    with transaction.atomic(durable=True):
        row = AnnotationImport.objects.create(base=base, name=name[:200], created_by=actor)
        row.file.save(f"{row.pk}.jsonl", file)
        audit_record(actor=actor, action="annotation.import_check", subject=row, detail={"base": base.pk, "bytes": file.size})
    return _begun(row, actor, at_once=file.size <= AT_ONCE_BYTES)


def import_take(*, actor, imported: AnnotationImport, contradictions: bool = False) -> AnnotationImport:
    """Take in the lines that can be; `contradictions`: those too that contradict what is known, and they count then.

    Raises NotAllowed, Conflict unless the lines are checked and wait, Invalid when there is none to take.
    """
    policy.require(actor, CHANGE, imported.base)
    with transaction.atomic(durable=True):
        row = AnnotationImport.objects.select_for_update().get(pk=imported.pk)
        if row.state != State.CHECKED:
            raise Conflict(_("This import is not waiting for a decision."))
        wanted = [Outcome.GOOD, *([Outcome.CONTRADICTION] if contradictions else [])]
        number = row.lines.filter(outcome__in=wanted).count()
        if not number:
            raise Invalid(_("There is no line to take in."))
        row.state, row.contradictions, row.created_by = State.TAKING, contradictions, actor
        row.save(update_fields=["state", "contradictions", "created_by"])
        audit_record(actor=actor, action="annotation.import", subject=row, detail={**row.counts, "contradictions_taken": contradictions})
    return _begun(row, actor, at_once=number <= AT_ONCE_LINES)


def import_discard(*, actor, imported: AnnotationImport) -> None:
    """Forget the lines that are not taken in; what is in already stays. Raises NotAllowed, Conflict when it is over."""
    policy.require(actor, CHANGE, imported.base)
    with transaction.atomic(durable=True):
        row = AnnotationImport.objects.select_for_update().get(pk=imported.pk)
        if row.state in (State.DONE, State.DISCARDED):
            raise Conflict(_("This import is over."))
        jobs_cancel(Job.objects.filter(kind=KIND, subject_id=row.pk))
        row.file.delete(save=False)
        row.lines.filter(taken_at=None).delete()
        row.state = State.DISCARDED
        row.save(update_fields=["state", "file"])
        audit_record(actor=actor, action="annotation.import_discard", subject=row, detail={"base": row.base_id})


def import_of(user, pk: int) -> AnnotationImport:
    """Raises NotFound for one of a base the user may not use."""
    row = AnnotationImport.objects.visible_to(user).select_related("base", "job", "created_by").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def imports_drain() -> int:
    """Bring back imports whose worker died or whose message was lost."""
    return jobs_drain(kind=KIND, task="training.import_work", unheard_s=UNHEARD_S, queue="bulk")


def _begun(row: AnnotationImport, actor, *, at_once: bool) -> AnnotationImport:
    row.job = job_open(kind=KIND, subject_id=row.pk, title=row.name, actor=actor)
    row.save(update_fields=["job"])
    if at_once:
        import_work(job_id=row.job.pk)
        row.refresh_from_db()
    elif row.job.state == JobState.QUEUED:
        send_after_commit("training.import_work", row.job.pk, queue="bulk")
    return row
