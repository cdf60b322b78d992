"""Many passages from few: real ones, loaded as documents are, multiplied with variation by the server itself.

The first copy of a passage is the passage. Every further one has lost an eighth of its words, its text begins elsewhere, and its vector
is moved by the difference of two other real vectors, a quarter long: about 0.97 from the original by cosine, among the texts of its topic.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import connection

from knowledge.models import KnowledgeBase
from knowledge.retrieval import bm25
from knowledge.retrieval.indexes import index_drop
from knowledge.types import TERM_SPACE
from scrm.ai.models import Encoder

VARIANTS = 8  # word lists made of each real passage
NOISES = 997  # differences of two real vectors; a prime, so that copies of a passage take different ones
NOISE = 0.25  # length
PASSAGES_A_DOCUMENT = 8
_TABLES = ("document", "documentversion", "chunk", "chunkembedding", "chunklexical", "termstat")


@dataclass(frozen=True)
class Part:
    """One base of the measured table. Topical ones hold what is nearest to one passage: other questions lie far from all of it."""

    name: str
    share: float


REST = "rest"
PARTS = (Part("topic_5", 0.05), Part("topic_0.5", 0.005), Part("random_5", 0.05), Part("random_0.5", 0.005), Part(REST, 0.89))

_SEEDS = """
CREATE TABLE scale_seed AS
WITH near AS (
    SELECT e.chunk_id, e.vector, row_number() OVER (ORDER BY e.vector <=> (SELECT vector FROM knowledge_chunkembedding ORDER BY chunk_id LIMIT 1),
           e.chunk_id) / count(*) OVER ()::float8 AS place
    FROM knowledge_chunkembedding e WHERE e.encoder_id = %(encoder)s
), drawn AS (
    SELECT *, row_number() OVER (PARTITION BY place <= 0.055 ORDER BY md5(chunk_id::text)) / count(*) OVER ()::float8 AS drawn FROM near
), parted AS (
    SELECT *, CASE WHEN place <= 0.005 THEN 'topic_0.5' WHEN place <= 0.055 THEN 'topic_5'
                   WHEN drawn <= 0.005 THEN 'random_0.5' WHEN drawn <= 0.055 THEN 'random_5' ELSE 'rest' END AS part FROM drawn
)
SELECT p.part, row_number() OVER (PARTITION BY p.part ORDER BY p.chunk_id) - 1 AS n, p.vector, c.text, c.question, c.heading_path, c.words,
       c.kind, l.terms, l.tfs, l.length
FROM parted p JOIN knowledge_chunk c ON c.id = p.chunk_id JOIN knowledge_chunklexical l ON l.chunk_id = p.chunk_id
"""

_NOISES = """
CREATE TABLE scale_noise AS
SELECT i AS n, l2_normalize(a.vector - b.vector) * array_fill(%(noise)s::real, ARRAY[%(dimensions)s])::halfvec AS vector
FROM generate_series(0, %(noises)s - 1) i CROSS JOIN (SELECT count(*) AS seeds FROM scale_seed WHERE part = 'rest') r
JOIN LATERAL (SELECT vector FROM scale_seed WHERE part = 'rest' AND n = mod(i * 7919, seeds)) a ON true
JOIN LATERAL (SELECT vector FROM scale_seed WHERE part = 'rest' AND n = mod(i * 7919 + 1 + i / 2, seeds)) b ON true
"""

_VARIANTS = """
CREATE TABLE scale_variant AS
SELECT s.part, s.n, v AS variant, kept.terms, kept.tfs, s.length, kept.impacts::sparsevec AS impacts,
       substr(s.text, 1 + length(s.text) * v / %(variants)s) || left(s.text, length(s.text) * v / %(variants)s) AS text
FROM scale_seed s JOIN knowledge_knowledgebase b ON b.name = s.part, generate_series(0, %(variants)s - 1) v,
LATERAL (
    SELECT array_agg((b.id << 32) | (term & 4294967295) ORDER BY term) AS terms, array_agg(tf ORDER BY term) AS tfs,
           '{' || string_agg((term & 4294967295) || ':' || (tf * (%(k1)s + 1) / (tf + %(k1)s * (1 - %(b)s + %(b)s * s.length / b.impact_avgdl)))::real,
                             ',' ORDER BY term) || '}/' || %(space)s AS impacts
    FROM unnest(s.terms, s.tfs) AS word (term, tf) WHERE v = 0 OR mod(hashint8extended(term, v), 8) <> 0
) kept
WHERE kept.terms IS NOT NULL
"""

# One row of `scale_row` is one passage to be: which seed, which copy, under which numbers.
_ROWS = """
CREATE TABLE scale_row AS
SELECT s.part, b.id AS base, %(before)s + i + 1 AS chunk, %(before)s + i / %(together)s + 1 AS document, i %% %(together)s AS ordinal,
       s.n, i / %(seeds)s AS copy
FROM generate_series(0, %(number)s::bigint - 1) i JOIN scale_seed s ON s.part = %(part)s AND s.n = i %% %(seeds)s
JOIN knowledge_knowledgebase b ON b.name = s.part
"""

_DOCUMENTS = """
INSERT INTO knowledge_document (id, base_id, name, title, audience, kind, created_at, live_version_id)
SELECT DISTINCT document, base, 'scale ' || document, '', 'public', 'file', now(), document FROM scale_row
"""
_VERSIONS = """
INSERT INTO knowledge_documentversion (id, document_id, base_id, number, sha256, file, size, format, text, outline, state, failed_at,
                                       error_code, error, created_at, published_at)
SELECT id, id, base_id, 1, md5(id::text), '', 0, 'txt', '', '{}', 'published', '', '', '', now(), now() FROM knowledge_document WHERE id > %(before)s
"""
_CHUNKS = """
INSERT INTO knowledge_chunk (id, version_id, ordinal, kind, text, question, heading_path, boxes, start, "end", words, content_hash)
SELECT r.chunk, r.document, r.ordinal, s.kind, v.text, s.question, s.heading_path, '[]', 0, length(v.text), s.words, md5(r.chunk::text)
FROM scale_row r JOIN scale_seed s USING (part, n) JOIN scale_variant v ON v.part = r.part AND v.n = r.n AND v.variant = r.copy %% %(variants)s
"""
_EMBEDDINGS = """
INSERT INTO knowledge_chunkembedding (chunk_id, version_id, base_id, encoder_id, vector)
SELECT r.chunk, r.document, r.base, %(encoder)s, CASE WHEN r.copy = 0 THEN s.vector ELSE l2_normalize(s.vector + o.vector) END
FROM scale_row r JOIN scale_seed s USING (part, n) JOIN scale_noise o ON o.n = (r.n * 31 + r.copy) %% %(noises)s
"""
_LEXICAL = """
INSERT INTO knowledge_chunklexical (chunk_id, version_id, base_id, terms, tfs, length, avgdl, impacts)
SELECT r.chunk, r.document, r.base, v.terms, v.tfs, v.length, b.impact_avgdl, v.impacts
FROM scale_row r JOIN knowledge_knowledgebase b ON b.id = r.base
JOIN scale_variant v ON v.part = r.part AND v.n = r.n AND v.variant = r.copy %% %(variants)s
"""
_STATISTICS = """
INSERT INTO knowledge_termstat (term, df)
SELECT term, sum(c.number) FROM (
    SELECT part, n, copy %% %(variants)s AS variant, count(*) AS number FROM scale_row GROUP BY 1, 2, 3
) c JOIN scale_variant v USING (part, n, variant), unnest(v.terms) term GROUP BY term
"""
_COUNTED = """
UPDATE knowledge_knowledgebase SET live_chunks = %(number)s, live_length = %(number)s * impact_avgdl WHERE name = %(part)s
"""
_LENGTHS = "UPDATE knowledge_knowledgebase b SET impact_avgdl = (SELECT greatest(1, avg(length)) FROM scale_seed WHERE part = b.name)"
_WORD_INDEX = "SELECT pg_get_indexdef('lexical_terms'::regclass)"
_FOREIGN_KEYS = """
SELECT conrelid::regclass::text, conname FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text = ANY(%s)
"""


class Filling:
    """`prepare` once when the real passages are loaded, then `fill` for each size."""

    def __init__(self, encoder: Encoder):
        self.encoder = encoder
        self.word_index = ""

    def prepare(self) -> int:
        """Take the loaded passages as seeds and clear the tables; how many there are."""
        sizes = {"encoder": self.encoder.pk, "dimensions": self.encoder.dimensions, "noise": NOISE, "noises": NOISES}
        with connection.cursor() as cursor:
            cursor.execute(_SEEDS, sizes)
            cursor.execute("CREATE INDEX ON scale_seed (part, n)")
            cursor.execute("ANALYZE scale_seed")
            cursor.execute(_NOISES, sizes)
            KnowledgeBase.objects.all().update(scratch=True)
            KnowledgeBase.objects.bulk_create([KnowledgeBase(name=part.name) for part in PARTS])
            cursor.execute(_LENGTHS)
            cursor.execute(_VARIANTS, {"variants": VARIANTS, "k1": bm25.K1, "b": bm25.B, "space": TERM_SPACE})
            cursor.execute("CREATE INDEX ON scale_variant (part, n, variant)")
            cursor.execute(_WORD_INDEX)
            self.word_index = cursor.fetchone()[0]
            self._drop_foreign_keys(cursor)
            cursor.execute("SELECT count(*) FROM scale_seed")
            return cursor.fetchone()[0]

    def fill(self, number: int) -> dict[str, int]:
        """Put so many passages in place of what was there, the word index included and the vector index not; passages of each part."""
        index_drop(self.encoder)
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE " + ", ".join(f"knowledge_{table}" for table in _TABLES) + " CASCADE")
            cursor.execute("DROP INDEX IF EXISTS lexical_terms")
            counts, before = {}, 0
            for part, count in _counts(number):
                self._fill_part(cursor, part, count, before)
                counts[part], before = count, before + count
            cursor.execute(self.word_index)
            for table in (*_TABLES, "knowledgebase"):
                cursor.execute(f"VACUUM ANALYZE knowledge_{table}")
        return counts

    def _fill_part(self, cursor, part: str, number: int, before: int) -> None:
        cursor.execute("SELECT count(*) FROM scale_seed WHERE part = %s", [part])
        values = {
            "part": part, "number": number, "before": before, "seeds": cursor.fetchone()[0], "together": PASSAGES_A_DOCUMENT,
            "variants": VARIANTS, "noises": NOISES, "encoder": self.encoder.pk,
        }  # fmt: skip
        cursor.execute("DROP TABLE IF EXISTS scale_row")
        cursor.execute(_ROWS, values)
        cursor.execute("ANALYZE scale_row")
        for statement in (_DOCUMENTS, _VERSIONS, _CHUNKS, _EMBEDDINGS, _LEXICAL, _STATISTICS, _COUNTED):
            cursor.execute(statement, values)

    @staticmethod
    def _drop_foreign_keys(cursor) -> None:
        """Nothing is searched by them, and checking seven a passage takes longer than the rest."""
        cursor.execute(_FOREIGN_KEYS, [[f"knowledge_{table}" for table in _TABLES]])
        for table, name in cursor.fetchall():
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')


def _counts(number: int) -> Iterator[tuple[str, int]]:
    small = {part.name: max(1, round(number * part.share)) for part in PARTS if part.name != REST}
    yield from small.items()
    yield REST, number - sum(small.values())
