"""What nobody can bring back any more: old versions and removed documents after their time, and files that no version names."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from knowledge.choices import VersionState
from knowledge.ingestion.publishing import lock_document_in_tx
from knowledge.ingestion.stages import batches
from knowledge.models import Chunk, Document, DocumentVersion, UploadedArchive
from knowledge.services.detaching import detach_in_tx
from scrm.audit.services import audit_record

# Folder -> the rows that name its files.
FOLDERS = {"documents": DocumentVersion.objects.all(), "archives": UploadedArchive.objects.filter(over__lt=F("total"))}
BATCH = 200
_OURS = re.compile(r"[0-9a-f]{64}(?:\.[\w-]+)?")
_ARCHIVES = timedelta(days=30)  # so long can a cancelled one be unpacked after all
_SETTLED = timedelta(days=1)  # an upload puts its file in place before its row is committed

# Children before parents, in sets: Django's own cascade would load every chunk.
_DELETE = (
    "DELETE FROM knowledge_chunklexical l USING knowledge_chunk c WHERE c.id = l.chunk_id AND c.version_id = ANY(%s)",
    "DELETE FROM knowledge_chunkembedding e USING knowledge_chunk c WHERE c.id = e.chunk_id AND c.version_id = ANY(%s)",
    "DELETE FROM knowledge_chunk WHERE version_id = ANY(%s)",
)


def versions_purge(*, days: int) -> int:
    """Delete contents that were replaced more than `days` days ago, for good; how many versions. 0 keeps them for ever."""
    if days <= 0:
        return 0
    before = timezone.now() - timedelta(days=days)
    documents = list(_replaced(before).values_list("document_id", "base_id").distinct())
    return sum(_versions_of(base_id, document_id, before) for document_id, base_id in documents)


def documents_purge(*, days: int) -> int:
    """Delete documents that were removed more than `days` days ago, for good, with all they held; how many. 0 keeps them for ever."""
    if days <= 0:
        return 0
    before = timezone.now() - timedelta(days=days)
    rows = list(Document.objects.filter(removed_at__lt=before).values_list("base_id", "pk"))
    return sum(_document(base_id, pk, before) for base_id, pk in rows)


def files_purge() -> int:
    """Delete stored files that nothing names any more (of purged versions, of deleted bases, of archives a month old); how many."""
    UploadedArchive.objects.filter(created_at__lt=timezone.now() - _ARCHIVES).exclude(file="").update(file="")
    return sum(_purged(names, rows) for folder, rows in FOLDERS.items() for names in batches(_stored_files(folder), BATCH))


def _purged(names: Sequence[str], rows: QuerySet) -> int:
    named = set(rows.filter(file__in=names).values_list("file", flat=True))
    left = [name for name in names if name not in named and timezone.now() - default_storage.get_modified_time(name) > _SETTLED]
    for name in left:
        default_storage.delete(name)
    return len(left)


def _replaced(before: datetime) -> QuerySet[DocumentVersion]:
    """Contents that do not answer and were followed by another one before that moment.

    `published_at` is when a content last began to answer, so the next later one tells when this ceased to, or a later moment.
    """
    since = Coalesce(OuterRef("published_at"), OuterRef("created_at"))
    later = DocumentVersion.objects.filter(document=OuterRef("document"), published_at__gt=since).order_by("published_at")
    rows = DocumentVersion.objects.filter(state__in=[VersionState.SUPERSEDED, VersionState.FAILED], document__removed_at=None)
    return rows.annotate(ended_at=Subquery(later.values("published_at")[:1])).filter(ended_at__lt=before)


def _versions_of(base_id: int, document_id: int, before: datetime) -> int:
    with transaction.atomic(durable=True):
        document = lock_document_in_tx(base_id, document_id)
        rows = _replaced(before).filter(document=document)
        numbers = dict(rows.select_for_update(of=("self",)).values_list("pk", "number"))
        if numbers:
            _delete_in_tx(list(numbers))
            DocumentVersion.objects.filter(pk__in=numbers).delete()
            audit_record(
                actor=None, action="version.purge", subject=document, detail={"base": base_id, "numbers": sorted(numbers.values())}
            )
    return len(numbers)


def _document(base_id: int, document_id: int, before: datetime) -> int:
    """Unless somebody has restored it meanwhile."""
    with transaction.atomic(durable=True):
        document = lock_document_in_tx(base_id, document_id)
        if document.removed_at is None or document.removed_at >= before:
            return 0
        _delete_in_tx(list(document.versions.values_list("pk", flat=True)))
        detach_in_tx(Document, Document.objects.filter(pk=document.pk))
        audit_record(actor=None, action="document.purge", subject=document, detail={"base": base_id, "name": document.name})
        document.versions.all().delete()
        document.delete()
    return 1


def _delete_in_tx(version_ids: Sequence[int]) -> None:
    """Chunks with all that hangs on them. They are not live, so no statistics change."""
    detach_in_tx(Chunk, Chunk.objects.filter(version__in=version_ids))
    detach_in_tx(DocumentVersion, DocumentVersion.objects.filter(pk__in=version_ids))
    with connection.cursor() as cursor:
        for statement in _DELETE:
            cursor.execute(statement, [list(version_ids)])


def _stored_files(folder: str) -> Iterator[str]:
    """Names of stored contents below a folder; what else lies there is not ours to delete."""
    if not default_storage.exists(folder):
        return
    folders, files = default_storage.listdir(folder)
    for name in files:
        if _OURS.fullmatch(name):
            yield f"{folder}/{name}"
    for name in folders:
        yield from _stored_files(f"{folder}/{name}")
