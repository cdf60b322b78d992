"""The meaning half in Postgres: vectors of chunks by passage encoder, written by ingestion, searched exactly or through HNSW."""

from collections.abc import Sequence

from django.db import connection

from knowledge.models import Chunk
from knowledge.retrieval.live import live
from knowledge.types import Scope
from scrm.ai.models import Encoder

# Measured at 384 dimensions: exact reading 1 ms a thousand chunks; the index 2.5 ms when all of 10,000 rows are in scope and 5 ms of
# 1,000,000, the more the fewer are (22 ms where 40 % are and the question belongs to the others).
EXACT_BELOW = 8_000  # live chunks in scope
EXACT_BELOW_SQUARE = 5_000  # in_scope x 1 us < 5 ms x everywhere / in_scope
# Among a million passages 200 places of the graph find 0.95 of the nearest ten, 400 find 0.99.
LARGE, EF_SEARCH_LARGE = 200_000, 400

_INSERT = """
INSERT INTO knowledge_chunkembedding (chunk_id, version_id, base_id, encoder_id, vector)
SELECT chunk, version, base, %s, vector::halfvec
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[]) AS rows (chunk, version, base, vector)
ON CONFLICT (chunk_id, encoder_id) DO NOTHING
"""

_LIVE, _LIVE_IN_BASES = live("e.version_id"), live("e.version_id", in_bases=True)
_SCORED = """
SELECT best.chunk_id, -(l.impacts <#> %(query)s::sparsevec), 1 - best.distance
FROM best LEFT JOIN knowledge_chunklexical l ON l.chunk_id = best.chunk_id
"""

# The bare column fits no HNSW index (those are on its cast), so this reads the scope's rows by their base.
_EXACT = f"""
WITH best AS MATERIALIZED (
    SELECT e.chunk_id, e.vector <=> %(vector)s::halfvec AS distance FROM knowledge_chunkembedding e
    WHERE e.base_id = ANY(%(bases)s::bigint[]) AND e.encoder_id = %(encoder)s AND {_LIVE_IN_BASES}
    ORDER BY 2, 1 LIMIT %(limit)s
) {_SCORED}
"""  # noqa: S608  (constants)

# The order comes from HNSW, which scans on until enough rows have passed the filters; every other plan would have to sort.
_ONLY_HNSW = "SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
_APPROXIMATE = f"""
WITH best AS MATERIALIZED (
    SELECT e.chunk_id, e.vector::halfvec(%(dimensions)s) <=> %(vector)s::halfvec(%(dimensions)s) AS distance
    FROM knowledge_chunkembedding e
    WHERE e.base_id = ANY(%(bases)s::bigint[]) AND e.encoder_id = %(encoder)s AND {_LIVE}
    ORDER BY 2 LIMIT %(limit)s
) {_SCORED}
"""  # noqa: S608  (constants)


def rows_save_in_tx(chunks: Sequence[Chunk], encoder: Encoder, vectors) -> None:
    """Insert the vectors of chunks; those that exist are left, so a resumed import may repeat this.

    vectors: float array (len(chunks), encoder.dimensions), L2-normalised. Reads `chunk.version.base_id`: select_related("version").
    """
    columns = [
        [chunk.pk for chunk in chunks], [chunk.version_id for chunk in chunks], [chunk.version.base_id for chunk in chunks],
        [literal(vector) for vector in vectors],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [encoder.pk, *columns])


def literal(vector) -> str:
    """A halfvec literal. Five digits: half precision holds fewer than four."""
    return "[" + ",".join([f"{value:.5g}" for value in vector.tolist()]) + "]"


def exact_is_better(in_scope: int, everywhere: int) -> bool:
    """Is reading every vector of the scope faster than walking the index until 100 rows of the scope have passed by?"""
    return in_scope <= EXACT_BELOW or in_scope**2 < EXACT_BELOW_SQUARE * everywhere


def best(
    vector: str, scope: Scope, *, encoder: Encoder, lexical_query: str, exact: bool, limit: int, everywhere: int = 0
) -> list[tuple[int, float | None, float]]:
    """(chunk, BM25 or None, cosine) of the nearest live chunks in scope, nearest first. Run under `search.settings_in_tx`.

    everywhere: live chunks of all bases, which tells how far the index is walked.
    """
    parameters = {
        "vector": vector,
        "bases": list(scope.base_ids),
        "internal": scope.internal,
        "encoder": encoder.pk,
        "dimensions": encoder.dimensions,
    }
    with connection.cursor() as cursor:
        if not exact:
            cursor.execute(_ONLY_HNSW + (f"; SET LOCAL hnsw.ef_search = {EF_SEARCH_LARGE}" if everywhere >= LARGE else ""))
        cursor.execute(_EXACT if exact else _APPROXIMATE, parameters | {"query": lexical_query, "limit": limit})
        return sorted(cursor.fetchall(), key=lambda row: (-row[2], row[0]))
