"""The meaning side in Postgres: vectors of chunks by passage encoder."""

from collections.abc import Sequence

from django.db import connection

from knowledge.models import Chunk
from scrm.ai.models import Encoder

_INSERT = """
INSERT INTO knowledge_chunkembedding (chunk_id, version_id, base_id, encoder_id, vector)
SELECT chunk, version, base, %s, vector::halfvec
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[]) AS rows (chunk, version, base, vector)
ON CONFLICT (chunk_id, encoder_id) DO NOTHING
"""


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
