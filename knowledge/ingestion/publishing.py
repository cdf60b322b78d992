"""What makes a version answer, or cease to: one transaction each, so that readers see the old state or the new."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from knowledge.choices import DocumentKind, FaqOrigin, VersionState
from knowledge.ingestion.faq import wordings_of
from knowledge.ingestion.types import ParseError
from knowledge.models import Document, DocumentVersion, FaqEntry
from knowledge.retrieval.lexical import stats_apply_in_tx
from scrm.audit.services import Deed, audit_record_all
from scrm.core.locks import lock_in_tx

PUBLISHABLE = (VersionState.INDEXED, VersionState.SUPERSEDED)


@dataclass(frozen=True)
class Publication:
    """`live`: the version answers now; `news`: it did not before. It does not when a later content is live already, or the document was removed."""

    live: bool
    news: bool = False
    replaced_id: int | None = None


def versions_publish_in_tx(wanted: Sequence[tuple[DocumentVersion, object]]) -> None:
    """Let indexed versions of one base, each with who asked for it, answer in place of the live ones. Repeating it changes nothing.

    They belong to different documents. Raises ParseError.
    """
    published = publish_all_in_tx([version for version, _actor in wanted])
    deeds = [
        Deed(actor, "version.publish", version, {"document": version.document_id})
        for (version, actor), publication in zip(wanted, published, strict=True)
        if publication.live
    ]
    if deeds:
        audit_record_all(deeds)


def publish_in_tx(version: DocumentVersion) -> Publication:
    """One version. Raises ParseError."""
    return publish_all_in_tx([version])[0]


def publish_all_in_tx(versions: Sequence[DocumentVersion]) -> list[Publication]:
    """What became of each of these versions of one base and of different documents. Raises ParseError, DocumentVersion.DoesNotExist."""
    base_id = versions[0].base_id
    documents = _locked_in_tx(base_id, [version.document_id for version in versions])
    now = DocumentVersion.objects.only("state", "number").in_bulk([version.pk for version in versions])  # behind the lock
    if len(now) < len(versions):
        raise DocumentVersion.DoesNotExist
    for version in versions:
        version.state, version.number = now[version.pk].state, now[version.pk].number
    published = [_publication(version, documents[version.document_id]) for version in versions]
    news = [version for version, each in zip(versions, published, strict=True) if each.news]
    _switch_in_tx(news, documents)
    replaced = [each.replaced_id for each in published if each.replaced_id]
    stats_apply_in_tx(base_id, added_version_ids=[version.pk for version in news], removed_version_ids=replaced)
    return published


def _publication(version: DocumentVersion, document: Document) -> Publication:
    if version.state == VersionState.PUBLISHED:
        return Publication(live=True)
    if version.state not in PUBLISHABLE or document.removed_at:
        return Publication(live=False)
    old = document.live_version
    if old and old.number > version.number:
        DocumentVersion.objects.filter(pk=version.pk).update(state=VersionState.SUPERSEDED)
        return Publication(live=False)
    return Publication(live=True, news=True, replaced_id=old and old.pk)


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
    return _locked_in_tx(base_id, [document_id])[document_id]


def _locked_in_tx(base_id: int, document_ids: Sequence[int]) -> dict[int, Document]:
    lock_in_tx("lexical", base_id)
    rows = Document.objects.select_for_update(of=("self",)).select_related("live_version").defer("live_version__text")
    return {document.pk: document for document in rows.filter(pk__in=document_ids).order_by("pk")}


def _switch_in_tx(versions: Sequence[DocumentVersion], documents: dict[int, Document]) -> None:
    olds = [document.live_version_id for version in versions if (document := documents[version.document_id]).live_version_id]
    DocumentVersion.objects.filter(pk__in=olds).update(state=VersionState.SUPERSEDED)
    facts = {"published_at": timezone.now(), "error": "", "error_code": "", "failed_at": ""}
    DocumentVersion.objects.filter(pk__in=[version.pk for version in versions]).update(state=VersionState.PUBLISHED, **facts)
    changed = []
    for version in versions:
        document = documents[version.document_id]
        if document.kind == DocumentKind.FAQ:
            _entry_follow_in_tx(document, version)
        document.title, document.live_version = version.outline.get("title") or document.title, version
        changed.append(document)
    Document.objects.bulk_update(changed, ["title", "live_version"])


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
