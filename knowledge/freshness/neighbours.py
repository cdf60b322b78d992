"""Which passages of a base are worth holding against each other: each with those nearest in meaning."""

from collections.abc import Sequence

from django.db import connection, transaction

from knowledge.models import KnowledgeBase
from knowledge.retrieval.live import live
from scrm.ai.models import Encoder

NEAREST = 8
EXACT_BELOW = 8_000  # chunks of a base: reading them all takes about 9 ms a passage, walking the index of a larger one 3-20 ms

_FROM = "FROM knowledge_chunkembedding e WHERE e.base_id = a.base_id AND e.chunk_id <> a.chunk_id"
# The bare column fits no HNSW index (those are on its cast), so this reads the base's rows.
_EXACT = f"""
SELECT a.chunk_id, near.chunk_id FROM knowledge_chunkembedding a CROSS JOIN LATERAL (
    SELECT e.chunk_id {_FROM} AND e.encoder_id = %(encoder)s AND {live("e.version_id")} ORDER BY e.vector <=> a.vector LIMIT %(nearest)s
) near WHERE a.chunk_id = ANY(%(chunks)s) AND a.encoder_id = %(encoder)s
"""  # noqa: S608  (constants)
_INDEXED = f"""
SELECT a.chunk_id, near.chunk_id FROM knowledge_chunkembedding a CROSS JOIN LATERAL (
    SELECT e.chunk_id {_FROM} AND e.encoder_id = %(encoder)s AND {live("e.version_id")}
    ORDER BY e.vector::halfvec(%(dimensions)s) <=> a.vector::halfvec(%(dimensions)s) LIMIT %(nearest)s
) near WHERE a.chunk_id = ANY(%(chunks)s) AND a.encoder_id = %(encoder)s
"""  # noqa: S608  (constants)
_ONLY_HNSW = "SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off; SET LOCAL hnsw.iterative_scan = 'relaxed_order'"


def neighbours(base: KnowledgeBase, chunk_ids: Sequence[int], encoder: Encoder) -> list[tuple[int, int]]:
    """(chunk, other) of every chunk with its nearest live ones of the base; documents for staff only are among them."""
    parameters = {"chunks": list(chunk_ids), "encoder": encoder.pk, "dimensions": encoder.dimensions, "nearest": NEAREST, "internal": True}
    exact = base.live_chunks <= EXACT_BELOW
    with transaction.atomic(), connection.cursor() as cursor:
        if not exact:
            cursor.execute(_ONLY_HNSW)
        cursor.execute(_EXACT if exact else _INDEXED, parameters)
        return cursor.fetchall()
