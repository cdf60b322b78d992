"""Verbs on questions and answers. An entry answers through its document, so validity, audience, versions and grants are the document's."""

from dataclasses import replace

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from knowledge.models import Document, FaqEntry, KnowledgeBase
from knowledge.retrieval.wordings import KIND as SUGGEST
from knowledge.services.documents import document_remove, documents_restore
from knowledge.services.faq_fields import FaqFields, checked, fields_of, one_line
from knowledge.services.faq_writing import Draft, write_in_tx
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, NotFound
from scrm.core.locks import lock_in_tx
from scrm.core.tasks import send_after_commit
from scrm.jobs.models import Job
from scrm.jobs.services import job_open

CHANGE = "knowledge.change_document"

__all__ = [
    "FaqFields", "faq_change", "faq_create", "faq_remove", "faq_restore", "faq_wording_accept", "faq_wording_dismiss",
    "faq_wordings_suggest", "fields_of",
]  # fmt: skip


def faq_create(*, actor, base: KnowledgeBase, fields: FaqFields) -> FaqEntry:
    """A new entry; it answers when its import is over, a second or two later. An entry that was removed comes back with these fields.

    Raises NotAllowed, Invalid, Conflict when an entry has this question.
    """
    policy.require(actor, CHANGE, base)
    fields = checked(fields)
    with transaction.atomic(durable=True):
        lock_in_tx("faq", base.pk)
        known = FaqEntry.objects.select_related("document").filter(base=base, question=fields.question).first()
        if known and known.document.removed_at is None:
            raise Conflict(_("There is an entry with this question already. Change that one."))
        (entry,) = write_in_tx(base, [Draft(fields, known)], actor, urgent=True)
        audit_record(actor=actor, action="faq.create", subject=entry, detail={"base": base.pk, "document": entry.document_id})
    return entry


def faq_change(*, actor, entry: FaqEntry, fields: FaqFields) -> FaqEntry:
    """Say something else. Until the new words are imported the old ones answer; then all of them cease at once.

    Raises NotAllowed, Invalid, Conflict when another entry has this question, NotFound for an entry that was removed.
    """
    policy.require(actor, CHANGE, entry.base)
    fields = checked(fields)
    with transaction.atomic(durable=True):
        row = _locked_in_tx(entry)
        if row.document.removed_at:
            raise NotFound(_("This entry was removed. Restore it first."))
        _change_in_tx(actor, row, fields)
    return row


def faq_remove(*, actor, entry: FaqEntry) -> None:
    """Out of all answers at commit. Raises NotAllowed."""
    document_remove(actor=actor, document=entry.document)


def faq_restore(*, actor, entry: FaqEntry) -> None:
    """Answer again, with the words the entry had when it was removed. Raises NotAllowed."""
    documents_restore(actor=actor, base=entry.base, document_ids=[entry.document_id])


def faq_wording_accept(*, actor, entry: FaqEntry, wording: str) -> FaqEntry:
    """A suggested wording becomes one of the entry's. Raises NotAllowed, Invalid, Conflict when it is no longer suggested."""
    policy.require(actor, CHANGE, entry.base)
    with transaction.atomic(durable=True):
        row = _locked_in_tx(entry)
        said = fields_of(row)
        _change_in_tx(actor, row, checked(replace(said, similar=(*said.similar, _suggested(row, wording)))))
    return row


def faq_wording_dismiss(*, actor, entry: FaqEntry, wording: str) -> FaqEntry:
    """A suggested wording is not one of the entry's, and is not suggested again. Raises NotAllowed, Conflict."""
    policy.require(actor, CHANGE, entry.base)
    with transaction.atomic(durable=True):
        row = _locked_in_tx(entry)
        refused = _suggested(row, wording)
        row.suggested.remove(refused)
        row.dismissed = [*row.dismissed, refused]
        row.save(update_fields=["suggested", "dismissed"])
        audit_record(actor=actor, action="faq.dismiss", subject=row, detail={"base": row.base_id})
    return row


def faq_wordings_suggest(*, actor, base: KnowledgeBase) -> Job:
    """Look for other wordings of the entries in what people asked, in the background. Raises NotAllowed."""
    policy.require(actor, CHANGE, base)
    with transaction.atomic(durable=True):
        job = job_open(kind=SUGGEST, subject_id=base.pk, title=base.name, actor=actor)
        send_after_commit("knowledge.wordings_suggest", job.pk, queue="bulk")
    return job


def _locked_in_tx(entry: FaqEntry) -> FaqEntry:
    lock_in_tx("faq", entry.base_id)
    Document.objects.select_for_update().filter(pk=entry.document_id).first()  # before the entry, as publishing does
    row = FaqEntry.objects.select_for_update(of=("self",)).select_related("document", "base").filter(pk=entry.pk).first()
    if row is None:
        raise NotFound
    return row


def _change_in_tx(actor, row: FaqEntry, fields: FaqFields) -> None:
    if fields == fields_of(row):
        return
    if FaqEntry.objects.filter(base=row.base_id, question=fields.question).exclude(pk=row.pk).exists():
        raise Conflict(_("There is an entry with this question already. Change that one."))
    write_in_tx(row.base, [Draft(fields, row)], actor, urgent=True)
    audit_record(actor=actor, action="faq.change", subject=row, detail={"base": row.base_id, "document": row.document_id})


def _suggested(row: FaqEntry, wording: str) -> str:
    found = one_line(wording)
    if row.document.removed_at or found not in row.suggested:
        raise Conflict(_("This suggestion is no longer there."))
    return found
