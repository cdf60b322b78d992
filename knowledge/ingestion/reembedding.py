"""Vectors under another passage encoder, made beside those in use, so that a change of model is never blind."""

from collections.abc import Iterator

from django.db.models import Exists, OuterRef, QuerySet

from knowledge.ingestion.stages import Progress, batches, embed_versions
from knowledge.models import Chunk, ChunkEmbedding, DocumentVersion
from scrm.ai.encoders import load
from scrm.ai.models import Encoder, ModelRelease

BATCH_VERSIONS = 200


def versions_without_vectors(encoder: Encoder) -> QuerySet[DocumentVersion]:
    """Live versions with a chunk that has no vector under this encoder."""
    has_vector = ChunkEmbedding.objects.filter(chunk=OuterRef("pk"), encoder=encoder)
    lacking = Chunk.objects.filter(~Exists(has_vector), version=OuterRef("pk"))
    return DocumentVersion.objects.filter(Exists(lacking), live_of__isnull=False).select_related("document").order_by("pk")


def release_vectors_ensure(release: ModelRelease, progress: Progress = lambda done, total: None) -> None:
    """Hook of scrm.ai before a release serves: every live chunk has its vector. What is there already is kept, so a kill costs one batch."""
    if release.passage_encoder is None:
        return
    for versions in _lacking(release.passage_encoder):
        embed_versions(versions, release.passage_encoder, load(release.passage_encoder), progress)


def _lacking(encoder: Encoder) -> Iterator[list[DocumentVersion]]:
    ids = list(versions_without_vectors(encoder).values_list("pk", flat=True))
    for batch in batches(ids, BATCH_VERSIONS):
        yield list(DocumentVersion.objects.filter(pk__in=batch).select_related("document"))
