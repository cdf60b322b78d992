"""Verbs on thousands of documents: begun, left, taken up again. Nobody waits for the work itself, which is in bulk_work."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from knowledge.models import BulkChange, KnowledgeBase
from knowledge.services.bulk_work import KIND, TASK, Verb
from knowledge.services.documents import CHANGE, DELETE
from knowledge.services.validity import changes_check
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid, NotFound
from scrm.core.tasks import send_after_commit
from scrm.jobs.choices import LIVE_STATES
from scrm.jobs.models import Job
from scrm.jobs.services import job_open, jobs_cancel, jobs_drain

UNHEARD_S = 60
NEEDS = {Verb.REMOVE: DELETE, Verb.RESTORE: CHANGE, Verb.CHANGE: CHANGE}


def bulk_open(
    *, actor, base: KnowledgeBase, verb: str, document_ids: Iterable[int], changes: Mapping[str, Any] | None = None
) -> BulkChange:
    """Have a verb done on many documents of one base; it begins at once, in the background.

    `changes`: as documents_change takes them. Raises NotAllowed; Invalid when there is none, or when a change cannot be made of one of them.
    """
    policy.require(actor, NEEDS[Verb(verb)], base)
    ids = sorted(set(document_ids))
    if not ids:
        raise Invalid(_("Choose at least one document."))
    if verb == Verb.CHANGE:
        changes_check(base, ids, changes or {})
    with transaction.atomic(durable=True):
        row = BulkChange.objects.create(base=base, verb=verb, documents=ids, changes=_stored(changes or {}), created_by=actor)
        audit_record(actor=actor, action="bulk.open", subject=row, detail={"base": base.pk, "verb": verb, "documents": len(ids)})
        _begin_in_tx(row, actor)
    return row


def bulk_cancel(*, actor, row: BulkChange) -> None:
    """Leave the rest as it is; what is done stays. Raises NotAllowed, Conflict when it is over."""
    with transaction.atomic(durable=True):
        row = _locked_in_tx(actor, row, "bulk.cancel")
        if not jobs_cancel(Job.objects.filter(kind=KIND, subject_id=row.pk)):
            raise Conflict(_("This is over already."))


def bulk_go_on(*, actor, row: BulkChange) -> None:
    """Do the rest of a failed or cancelled one, in the name of whoever says so. Raises NotAllowed, Conflict when there is none."""
    with transaction.atomic(durable=True):
        row = _locked_in_tx(actor, row, "bulk.go_on")
        if row.over >= row.total or Job.objects.filter(kind=KIND, subject_id=row.pk, state__in=LIVE_STATES).exists():
            raise Conflict(_("There is nothing left to do."))
        row.created_by = actor
        _begin_in_tx(row, actor)


def bulk_drain() -> int:
    """Bring back those whose worker died or whose message was lost."""
    return jobs_drain(kind=KIND, task=TASK, unheard_s=UNHEARD_S)


def bulk_of(user, pk: int) -> BulkChange:
    """Raises NotFound, also without a grant on the base."""
    row = BulkChange.objects.visible_to(user).counted().select_related("base", "job", "created_by").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def bulk_unfinished(base: KnowledgeBase) -> list[BulkChange]:
    """Those of the base that are under way, newest first."""
    return list(base.bulk_changes.counted().filter(job__state__in=LIVE_STATES).select_related("job")[:5])


def _begin_in_tx(row: BulkChange, actor) -> None:
    row.job = job_open(kind=KIND, subject_id=row.pk, title=row.get_verb_display(), actor=actor)
    row.save(update_fields=["job", "created_by"])
    send_after_commit(TASK, row.job.pk)


def _locked_in_tx(actor, row: BulkChange, action: str) -> BulkChange:
    policy.require(actor, NEEDS[Verb(row.verb)], row.base)
    row = BulkChange.objects.select_for_update(of=("self",)).select_related("base").get(pk=row.pk)
    audit_record(actor=actor, action=action, subject=row, detail={"base": row.base_id, "verb": row.verb, "over": row.over})
    return row


def _stored(changes: Mapping[str, Any]) -> dict[str, Any]:
    """As JSON holds them: moments in ISO 8601, the owner by id."""
    return {name: value.isoformat() if hasattr(value, "isoformat") else getattr(value, "pk", value) for name, value in changes.items()}
