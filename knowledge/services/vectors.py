"""Vectors under another passage encoder, made beside those in use, so that a change of model is never blind; and removed when it is long over."""

from collections.abc import Iterator

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from knowledge.ingestion.stages import Progress, batches, chunks_without_vector, embed_versions
from knowledge.models import Chunk, ChunkEmbedding, DocumentVersion
from knowledge.retrieval.indexes import index_drop
from scrm.ai.encoders import load
from scrm.ai.models import Encoder, ModelRelease

BATCH_VERSIONS = 200
REMOVED_ROWS = 2_000  # a transaction: a fifth of a second


def versions_without_vectors(encoder: Encoder) -> QuerySet[DocumentVersion]:
    """Live versions with a chunk that has no vector under this encoder."""
    has_vector = ChunkEmbedding.objects.filter(chunk=OuterRef("pk"), encoder=encoder)
    lacking = Chunk.objects.filter(~Exists(has_vector), version=OuterRef("pk"))
    return DocumentVersion.objects.filter(Exists(lacking), live_of__isnull=False).select_related("document").order_by("pk")


def release_vectors_ensure(release: ModelRelease, progress: Progress = lambda done, total: None) -> None:
    """Hook of scrm.ai before a release serves: every live chunk has its vector. What is there already is kept, so a kill costs one batch.

    progress: (chunks done, chunks that lacked a vector at the beginning); what it raises stops the work.
    """
    encoder = release.passage_encoder
    if encoder is None:
        return
    ids = list(versions_without_vectors(encoder).values_list("pk", flat=True))
    total = chunks_without_vector(ids, encoder).count()
    for versions in _versions(ids):
        left = chunks_without_vector(ids, encoder).count()
        embed_versions(versions, encoder, load(encoder), lambda done, _of, left=left: progress(total - left + done, total))


def vectors_remove(*, encoder: Encoder, progress: Progress = lambda done, total: None) -> int:
    """All vectors under an encoder that no release needs any more, and their index; how many. In batches: a kill loses nothing.

    The index goes first, so that searches of others are not slowed by rows that die in it.
    """
    index_drop(encoder)
    rows = ChunkEmbedding.objects.filter(encoder=encoder)
    total, done, last = rows.count(), 0, 0
    while ids := list(rows.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:REMOVED_ROWS]):
        with transaction.atomic(durable=True):
            done += ChunkEmbedding.objects.filter(pk__in=ids).delete()[0]
        last = ids[-1]
        progress(done, total)
    return done


def _versions(ids: list[int]) -> Iterator[list[DocumentVersion]]:
    for batch in batches(ids, BATCH_VERSIONS):
        yield list(DocumentVersion.objects.filter(pk__in=batch).select_related("document"))
