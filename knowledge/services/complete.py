"""Which versions could answer this moment, with nothing left to compute."""

from collections.abc import Sequence

from django.db import connection

from scrm.ai.selectors import active_release_or_none

_COMPLETE = """
SELECT v.id FROM knowledge_documentversion v
WHERE v.id = ANY(%(versions)s::bigint[])
  AND EXISTS (SELECT FROM knowledge_chunk c WHERE c.version_id = v.id)
  AND NOT EXISTS (
    SELECT FROM knowledge_chunk c WHERE c.version_id = v.id AND (
      NOT EXISTS (SELECT FROM knowledge_chunklexical l WHERE l.chunk_id = c.id)
      OR NOT EXISTS (SELECT FROM knowledge_chunkembedding e WHERE e.chunk_id = c.id AND e.encoder_id = %(encoder)s)))
ORDER BY v.id
"""


def complete_in_tx(version_ids: Sequence[int]) -> list[int]:
    """Those with chunks that all have keyword rows, and vectors under the encoder in use. None are while no model is active."""
    release = active_release_or_none()
    if release is None or not version_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_COMPLETE, {"versions": list(version_ids), "encoder": release.passage_encoder_id})
        return [row[0] for row in cursor.fetchall()]
