from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField, SparseVectorField

from knowledge.choices import ChunkKind
from knowledge.models.bases import KnowledgeBase
from knowledge.models.documents import DocumentVersion
from knowledge.types import TERM_SPACE
from scrm.access.querysets import VisibleQuerySet
from scrm.ai.models import Encoder


class ChunkQuerySet(VisibleQuerySet):
    container_path = "version__base"


class Chunk(models.Model):
    """A passage of one version: the unit of search. Immutable; searched while its version is its document's live one.

    `text` == version.text[start:end] for contiguous chunks (table pieces repeat their header row and are not).
    `boxes`: where the passage stands on its pages, [page, start, end, left, top, right, bottom] each: offsets as in `start`, the rest
    shares of the page's width and height from its top left corner. Empty for formats without pages.
    """

    version = models.ForeignKey(DocumentVersion, on_delete=models.CASCADE, related_name="chunks")
    ordinal = models.PositiveIntegerField()
    kind = models.CharField(max_length=8, choices=ChunkKind, default=ChunkKind.TEXT)
    text = models.TextField()
    question = models.TextField(blank=True)
    heading_path = ArrayField(models.TextField(), default=list)
    page = models.PositiveIntegerField(null=True, blank=True)
    boxes = models.JSONField(default=list, blank=True)
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    words = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64, help_text="SHA-256 of the text that is embedded.")

    objects = ChunkQuerySet.as_manager()

    class Meta:
        ordering = ["version", "ordinal"]
        verbose_name = _("chunk")
        verbose_name_plural = _("chunks")
        constraints = [models.UniqueConstraint(fields=["version", "ordinal"], name="chunk_ordinal")]
        indexes = [models.Index(fields=["content_hash"], name="chunk_by_content")]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.ordinal}"


class ChunkEmbedding(models.Model):
    """The vector of a chunk under one passage encoder, L2-normalised.

    The column has no fixed dimension: each encoder has a partial HNSW index over `vector::halfvec(dim)` (knowledge/retrieval/indexes).
    `version` repeats the chunk's, so that a search tells live rows without reading chunks.
    """

    chunk = models.ForeignKey(Chunk, on_delete=models.CASCADE, related_name="embeddings", db_index=False)
    version = models.ForeignKey(DocumentVersion, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    encoder = models.ForeignKey(Encoder, on_delete=models.PROTECT, related_name="+", db_index=False)
    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="+", db_index=False)
    vector = HalfVectorField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chunk", "encoder"], name="embedding_per_encoder")]
        indexes = [models.Index(fields=["base", "encoder"], name="embedding_by_base")]

    def __str__(self) -> str:
        return f"{self.chunk_id} under {self.encoder_id}"


class ChunkLexical(models.Model):
    """The keyword side of a chunk: terms for candidates (GIN) and BM25 impacts as a sparse vector for scoring.

    impact(t) = tf(k1+1) / (tf + k1(1 - b + b*length/avgdl)) with tf weighted by field (knowledge/retrieval/bm25); the query carries
    tf*idf, so that score = inner product. `terms` are base << 32 | term id, ascending, so that a posting list never leaves its base;
    `tfs` go with them; `length` counts the body's words. `avgdl` is the average length the impacts were computed with: rows that differ
    from their base's `impact_avgdl` are recomputed by knowledge.lexical_refresh.
    """

    chunk = models.OneToOneField(Chunk, primary_key=True, on_delete=models.CASCADE, related_name="lexical")
    version = models.ForeignKey(DocumentVersion, on_delete=models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False)
    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="+")
    terms = ArrayField(models.BigIntegerField())
    tfs = ArrayField(models.FloatField())
    length = models.FloatField()
    avgdl = models.FloatField()
    impacts = SparseVectorField(dimensions=TERM_SPACE)

    def __str__(self) -> str:
        return f"words of {self.chunk_id}"


class TermStat(models.Model):
    """In how many live chunks of a base a term occurs. `term` is base << 32 | term id, as in ChunkLexical."""

    term = models.BigIntegerField(primary_key=True)
    df = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.term}: {self.df}"
