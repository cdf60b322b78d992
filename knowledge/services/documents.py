"""Verbs on documents: out of all answers, and back."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from knowledge.choices import VersionState
from knowledge.ingestion.bulk import Loaded, load_documents
from knowledge.ingestion.claims import KIND, UNFINISHED
from knowledge.ingestion.publishing import withdraw_documents_in_tx
from knowledge.ingestion.stages import batches
from knowledge.models import Document, DocumentVersion, KnowledgeBase
from knowledge.retrieval.lexical import stats_apply_in_tx
from knowledge.services.complete import complete_in_tx
from knowledge.services.versions import version_requeue_in_tx
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.locks import lock_in_tx
from scrm.jobs.choices import LIVE_STATES, JobState
from scrm.jobs.models import Job

DELETE, CHANGE = "knowledge.delete_document", "knowledge.change_document"
BATCH = 1_000  # documents a transaction: uploads and publishing of the base wait for about a second

_REVIVE = """
UPDATE knowledge_document d
SET live_version_id = v.id, title = coalesce(nullif(v.outline->>'title', ''), d.title)
FROM knowledge_documentversion v WHERE v.id = ANY(%s) AND v.document_id = d.id
"""


@dataclass(frozen=True)
class Restored:
    """`answering` do so at once; of `importing` something is missing (vectors after a change of model, a stopped import) and follows."""

    answering: int = 0
    importing: int = 0


def document_remove(*, actor, document: Document) -> None:
    """Take a document out of all answers, at commit. Restoring it, uploading it again, or one of its versions brings it back."""
    documents_remove(actor=actor, base=document.base, document_ids=[document.pk])


def documents_remove(*, actor, base: KnowledgeBase, document_ids: Iterable[int]) -> int:
    """Take documents of one base out of all answers; how many were removed. 1,000 a transaction. Raises NotAllowed."""
    policy.require(actor, DELETE, base)
    return sum(_remove(actor, base, ids) for ids in batches(sorted(set(document_ids)), BATCH))


def documents_restore(*, actor, base: KnowledgeBase, document_ids: Iterable[int]) -> Restored:
    """Let removed documents answer again with the content they had. 1,000 a transaction. Raises NotAllowed."""
    policy.require(actor, CHANGE, base)
    done = [_restore(actor, base, ids) for ids in batches(sorted(set(document_ids)), BATCH)]
    return Restored(sum(each.answering for each in done), sum(each.importing for each in done))


def documents_load(
    *, actor, base: KnowledgeBase, documents: Iterable[tuple[str, str, str]], progress: Callable[[int], None] | None = None
) -> Loaded:
    """Publish many (name, title, text) documents at the encoder's speed, 500 a transaction; returns when all answer.

    progress: called with the number done so far. Raises NotAllowed, NoActiveRelease; what was committed before stays.
    """
    policy.require(actor, "knowledge.add_document", base)
    return load_documents(base, documents, progress)


def _remove(actor, base: KnowledgeBase, ids: Sequence[int]) -> int:
    with transaction.atomic(durable=True):
        rows = _locked_in_tx(base, ids, removed=False)
        withdraw_documents_in_tx(base.pk, rows)
        now = timezone.now()
        Document.objects.filter(pk__in=[row.pk for row in rows]).update(removed_at=now)
        versions = DocumentVersion.objects.filter(document__in=rows).values("pk")
        running = Job.objects.filter(kind=KIND, subject_id__in=versions, state__in=LIVE_STATES)
        running.update(state=JobState.CANCELLED, ended_at=now, lease_until=None)
        _audit_in_tx(actor, "document.remove", base, rows)
    return len(rows)


def _restore(actor, base: KnowledgeBase, ids: Sequence[int]) -> Restored:
    with transaction.atomic(durable=True):
        rows = _locked_in_tx(base, ids, removed=True)
        last = list(_last_live(rows))
        ready = complete_in_tx([version.pk for version in last])
        Document.objects.filter(pk__in=[row.pk for row in rows]).update(removed_at=None)
        _answer_again_in_tx(base, ready)
        stopped = DocumentVersion.objects.select_related("document").filter(document__in=rows, state__in=UNFINISHED)
        waiting = [version for version in last if version.pk not in ready] + list(stopped.defer("text", "outline"))
        for version in waiting:
            version_requeue_in_tx(version, actor)
        _audit_in_tx(actor, "document.restore", base, rows)
    return Restored(len(ready), len({version.document_id for version in waiting}))


def _locked_in_tx(base: KnowledgeBase, ids: Sequence[int], *, removed: bool) -> list[Document]:
    """The base's keyword statistics first, then the documents in order, as everyone locks."""
    lock_in_tx("lexical", base.pk)
    rows = base.documents.filter(pk__in=ids, removed_at__isnull=not removed)
    return list(rows.order_by("pk").select_for_update())


def _last_live(rows: Sequence[Document]) -> QuerySet[DocumentVersion]:
    """Of each document the version that answered last."""
    once = DocumentVersion.objects.filter(document__in=rows, state=VersionState.SUPERSEDED, published_at__isnull=False)
    return (
        once.select_related("document").defer("text", "outline").order_by("document_id", "-published_at", "-number").distinct("document_id")
    )


def _answer_again_in_tx(base: KnowledgeBase, version_ids: Sequence[int]) -> None:
    if not version_ids:
        return
    DocumentVersion.objects.filter(pk__in=version_ids).update(state=VersionState.PUBLISHED, published_at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_REVIVE, [list(version_ids)])
    stats_apply_in_tx(base.pk, added_version_ids=list(version_ids))


def _audit_in_tx(actor, action: str, base: KnowledgeBase, rows: Sequence[Document]) -> None:
    """One entry a verb, whether for one document or a thousand."""
    if rows:
        audit_record(actor=actor, action=action, subject=rows[0], detail={"base": base.pk, "documents": [row.pk for row in rows]})
