"""What makes a version answer, or cease to: one transaction each, so that readers see the old state or the new."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from knowledge.choices import DocumentKind, FaqOrigin, VersionState
from knowledge.ingestion.faq import wordings_of
from knowledge.ingestion.types import ParseError
from knowledge.models import Document, DocumentVersion, FaqEntry
from knowledge.retrieval.lexical import stats_apply_in_tx
from scrm.audit.services import audit_record
from scrm.core.locks import lock_in_tx

PUBLISHABLE = (VersionState.INDEXED, VersionState.SUPERSEDED)


@dataclass(frozen=True)
class Publication:
    """`live`: the version answers now. It does not when a later content of the document is live already, or the document was removed."""

    live: bool
    replaced_id: int | None = None


def version_publish(*, version_id: int, actor=None) -> Publication:
    """Let an indexed (or once superseded) version answer in place of the live one. Repeating it changes nothing."""
    with transaction.atomic(durable=True):
        publication = publish_in_tx(version_id)
        if publication.live:
            version = DocumentVersion.objects.get(pk=version_id)
            audit_record(actor=actor, action="version.publish", subject=version, detail={"document": version.document_id})
    return publication


def publish_in_tx(version_id: int) -> Publication:
    version = DocumentVersion.objects.get(pk=version_id)
    document = lock_document_in_tx(version.base_id, version.document_id)
    version.refresh_from_db(fields=["state", "number"])
    if version.state == VersionState.PUBLISHED:
        return Publication(live=True)
    if version.state not in PUBLISHABLE or document.removed_at:
        return Publication(live=False)
    old = document.live_version
    if old and old.number > version.number:
        DocumentVersion.objects.filter(pk=version_id).update(state=VersionState.SUPERSEDED)
        return Publication(live=False)
    _switch(document, version, old)
    return Publication(live=True, replaced_id=old and old.pk)


def withdraw_in_tx(document: Document) -> None:
    """The document answers no more; its contents stay for restoring it. `document` comes from lock_document_in_tx."""
    withdraw_documents_in_tx(document.base_id, [document])


def withdraw_documents_in_tx(base_id: int, documents: Sequence[Document]) -> None:
    """Documents of one base answer no more; the caller holds the base's lexical lock and the documents'."""
    live = [document.live_version_id for document in documents if document.live_version_id]
    if not live:
        return
    DocumentVersion.objects.filter(pk__in=live).update(state=VersionState.SUPERSEDED)
    Document.objects.filter(live_version__in=live).update(live_version=None)
    stats_apply_in_tx(base_id, removed_version_ids=live)


def lock_document_in_tx(base_id: int, document_id: int) -> Document:
    """The base's keyword statistics first, then the document: everyone locks in this order."""
    lock_in_tx("lexical", base_id)
    return Document.objects.select_for_update(of=("self",)).select_related("live_version").get(pk=document_id)


def _switch(document: Document, version: DocumentVersion, old: DocumentVersion | None) -> None:
    if old:
        DocumentVersion.objects.filter(pk=old.pk).update(state=VersionState.SUPERSEDED)
    DocumentVersion.objects.filter(pk=version.pk).update(
        state=VersionState.PUBLISHED, published_at=timezone.now(), error="", error_code="", failed_at=""
    )
    if document.kind == DocumentKind.FAQ:
        _entry_follow_in_tx(document, version)
    title = version.outline.get("title") or document.title
    Document.objects.filter(pk=document.pk).update(live_version=version, title=title)
    stats_apply_in_tx(document.base_id, added_version_ids=[version.pk], removed_version_ids=[old.pk] if old else [])


def _entry_follow_in_tx(document: Document, version: DocumentVersion) -> None:
    """An older version that was brought back is what a manager sees and edits from now on; a newer edit under way wins.

    Raises ParseError when another entry has the question meanwhile.
    """
    said = wordings_of(version.outline)
    if said is None or document.versions.filter(number__gt=version.number).exists():
        return
    if FaqEntry.objects.filter(base=document.base_id, question=said.question).exclude(document=document).exists():
        raise ParseError("question_taken")
    entry = FaqEntry.objects.filter(document=document)
    entry.exclude(question=said.question, similar=list(said.similar), answer=said.answer).update(
        question=said.question, similar=list(said.similar), answer=said.answer, origin=FaqOrigin.WRITTEN, approvals=0
    )
