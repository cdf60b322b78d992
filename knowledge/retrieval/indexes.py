"""One HNSW index per passage encoder, over half precision vectors by cosine."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from knowledge.models import ChunkEmbedding
from scrm.ai.models import Encoder, ModelRelease

log = logging.getLogger(__name__)

# ef_construction 64 and ef_search 100 cost 0.009-0.012 nDCG@10 although recall@10 was 0.98; these restore exact quality.
M, EF_CONSTRUCTION, EF_SEARCH = 16, 200, 200
MOST_DIMENSIONS = 4_000  # pgvector's limit for halfvec; longer vectors are searched exactly
# A graph that does not fit the memory of its build goes on through the buffers, many times slower. pgvector 0.8 keeps the vector, 2M
# neighbours of 16 bytes and about 300 bytes more a row: 1.6 kB at 384 dimensions.
BYTES_A_ROW = 2 * M * 16 + 300
MOST_MEMORY = 2 * 2**30  # and no more than a quarter of this machine's


def index_name(encoder_id: int) -> str:
    return f"embedding_hnsw_{encoder_id}"


def index_ensure(encoder: Encoder) -> None:
    """Create the encoder's index unless a valid one is there. Outside a transaction: writers are not held up meanwhile.

    A build that was interrupted leaves an invalid index, which is dropped and built again.
    """
    if encoder.dimensions > MOST_DIMENSIONS or index_is_valid(encoder.pk):
        return
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index_name(encoder.pk)}")
        with _memory_for(encoder, cursor):
            cursor.execute(_create(encoder))
    log.info("vector index of encoder %s is ready", encoder.pk)


def index_drop(encoder: Encoder) -> None:
    """For an encoder that no release uses any more."""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index_name(encoder.pk)}")


def index_is_valid(encoder_id: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", [index_name(encoder_id)])
        row = cursor.fetchone()
    return bool(row and row[0])


def release_index_ensure(release: ModelRelease) -> None:
    """Hook of scrm.ai before a release serves: its passages must be searchable by index."""
    if release.passage_encoder is not None:
        index_ensure(release.passage_encoder)


@contextmanager
def _memory_for(encoder: Encoder, cursor) -> Iterator[None]:
    """Room for the whole graph where this session may have it; never less than the server's own setting."""
    cursor.execute("SELECT count(*) FROM knowledge_chunkembedding WHERE encoder_id = %s", [encoder.pk])
    needed = int(cursor.fetchone()[0] * (2 * encoder.dimensions + BYTES_A_ROW) * 1.1)
    allowed = min(MOST_MEMORY, os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 4)
    cursor.execute(
        "SELECT set_config('maintenance_work_mem', greatest(pg_size_bytes(current_setting('maintenance_work_mem')), %s) / 1024 || 'kB', false)",
        [min(needed, allowed)],
    )
    try:
        yield
    finally:
        cursor.execute("RESET maintenance_work_mem")


def _create(encoder: Encoder) -> str:
    table, dimensions = ChunkEmbedding._meta.db_table, int(encoder.dimensions)
    return (
        f"CREATE INDEX CONCURRENTLY {index_name(encoder.pk)} ON {table} USING hnsw"
        f" ((vector::halfvec({dimensions})) halfvec_cosine_ops) WITH (m = {M}, ef_construction = {EF_CONSTRUCTION})"
        f" WHERE encoder_id = {int(encoder.pk)}"
    )
