"""Verbs on documents."""

from collections.abc import Callable, Iterable

from django.db import transaction
from django.utils import timezone

from knowledge.ingestion.bulk import Loaded, load_documents
from knowledge.ingestion.pipeline import KIND
from knowledge.ingestion.publishing import lock_document_in_tx, withdraw_in_tx
from knowledge.models import Document, KnowledgeBase
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.jobs.choices import LIVE_STATES, JobState
from scrm.jobs.models import Job


def document_remove(*, actor, document: Document) -> None:
    """Take a document out of all answers, at commit. Uploading it again, or one of its versions, brings it back."""
    policy.require(actor, "knowledge.delete_document", document.base)
    with transaction.atomic(durable=True):
        row = lock_document_in_tx(document.base_id, document.pk)
        if row.removed_at:
            return
        withdraw_in_tx(row)
        Document.objects.filter(pk=row.pk).update(removed_at=timezone.now())
        running = Job.objects.filter(kind=KIND, subject_id__in=row.versions.values("pk"), state__in=LIVE_STATES)
        running.update(state=JobState.CANCELLED, ended_at=timezone.now(), lease_until=None)
        audit_record(actor=actor, action="document.remove", subject=row, detail={"base": row.base_id})


def documents_load(
    *, actor, base: KnowledgeBase, documents: Iterable[tuple[str, str, str]], progress: Callable[[int], None] | None = None
) -> Loaded:
    """Publish many (name, title, text) documents at the encoder's speed, 500 a transaction; returns when all answer.

    progress: called with the number done so far. Raises NotAllowed, NoActiveRelease; what was committed before stays.
    """
    policy.require(actor, "knowledge.add_document", base)
    return load_documents(base, documents, progress)
