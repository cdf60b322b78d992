"""The keyword side in Postgres, written by ingestion.

Index stage: `rows_for(chunks)` outside a transaction (it cuts words), then `rows_save_in_tx(rows)`. Publishing, in the transaction that
moves `Document.live_version`: `stats_apply_in_tx(...)`. Rows of versions that are not live may stay: search and statistics ignore them.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from django.db import connection
from django.db.models import F

from knowledge.models import Chunk, ChunkLexical, KnowledgeBase
from knowledge.retrieval import bm25
from knowledge.retrieval.base_words import newest
from knowledge.retrieval.dictionary import NO_WORDS, Dictionary
from knowledge.retrieval.terms import term_id, word_counts
from knowledge.types import TERM_SPACE
from scrm.core.locks import lock_in_tx, lock_shared_in_tx

_INSERT = """
INSERT INTO knowledge_chunklexical (chunk_id, version_id, base_id, terms, tfs, length, avgdl, impacts)
SELECT chunk, version, base, terms::bigint[], tfs::real[], length, %s, impacts::sparsevec
FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::text[], %s::real[], %s::text[])
    AS rows (chunk, version, base, terms, tfs, length, impacts)
ON CONFLICT (chunk_id) DO NOTHING
"""

_ROWS = """
FROM knowledge_chunk c JOIN knowledge_chunklexical l ON l.chunk_id = c.id
WHERE c.version_id = ANY(%(added)s::bigint[] || %(removed)s::bigint[]) AND l.base_id = %(base)s
"""
_SIGN = "CASE WHEN c.version_id = ANY(%(added)s::bigint[]) THEN 1 ELSE -1 END"

_COUNT_TERMS = f"""
INSERT INTO knowledge_termstat (term, df)
SELECT term, sum(sign) FROM (SELECT unnest(l.terms) AS term, {_SIGN} AS sign {_ROWS}) AS changes
GROUP BY term HAVING sum(sign) <> 0 ORDER BY term
ON CONFLICT (term) DO UPDATE SET df = knowledge_termstat.df + EXCLUDED.df
"""  # noqa: S608  (constants)
_DROP_UNUSED = f"DELETE FROM knowledge_termstat WHERE df <= 0 AND term IN (SELECT unnest(l.terms) {_ROWS})"  # noqa: S608  (constants)
_COUNT_CHUNKS = f"SELECT coalesce(sum({_SIGN}), 0), coalesce(sum({_SIGN} * l.length::bigint), 0) {_ROWS}"


def scoped(base_id: int, term: int) -> int:
    """A term id that carries its base, so that posting lists never mix bases."""
    return base_id << 32 | term


def weighted_counts(chunk: Chunk, title: str, dictionary: Dictionary = NO_WORDS) -> tuple[dict[str, float], int]:
    """A chunk's words with their weighted frequencies, and the length of its body in words."""
    body = word_counts(chunk.text, dictionary)
    counts: Counter = Counter(body)
    headings = "\n".join(part for part in chunk.heading_path if part != title)
    for text, weight in ((title, bm25.TITLE_WEIGHT), (chunk.question, bm25.TITLE_WEIGHT - 1), (headings, bm25.HEADING_WEIGHT)):
        for word, number in word_counts(text, dictionary).items():
            counts[word] += weight * number
    return counts, body.total()


def rows_for(chunks: Iterable[Chunk]) -> list[ChunkLexical]:
    """Unsaved keyword rows of chunks of one base, impacts still missing, cut with the newest dictionary (about 1 ms a chunk).

    Reads `chunk.version.document.title`: select_related it.
    """
    chunks = list(chunks)
    if not chunks:
        return []
    revision, dictionary = newest(chunks[0].version.base_id)
    rows = [row_of(chunk, dictionary) for chunk in chunks]
    for row, chunk in zip(rows, chunks, strict=True):
        row.cut_from, row.cut_revision = chunk, revision
    return rows


def rows_save_in_tx(rows: Sequence[ChunkLexical]) -> None:
    """Fill in the impacts and insert keyword rows of one base. Rows that exist are left, so a resumed import may repeat this."""
    if not rows:
        return
    avgdl = _avgdl_in_use(rows)
    rows = _cut_with_newest_in_tx(rows)
    for row in rows:
        row.avgdl, row.impacts = avgdl, impacts_literal(row, avgdl)
    columns = [
        [row.chunk_id for row in rows], [row.version_id for row in rows], [row.base_id for row in rows],
        [array_literal(row.terms) for row in rows], [array_literal(row.tfs) for row in rows], [row.length for row in rows],
        [row.impacts for row in rows],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [avgdl, *columns])


def stats_apply_in_tx(base_id: int, added_version_ids: Sequence[int] = (), removed_version_ids: Sequence[int] = ()) -> None:
    """Count the words of versions that become live, discount those that cease to be.

    Call exactly once for each change of `Document.live_version`, in the same transaction: on publishing (added, and removed = the one
    it supersedes), on removal, and before a live version is deleted. Waits for the base's lexical lock, held until the transaction ends.
    """
    if not added_version_ids and not removed_version_ids:
        return
    lock_in_tx("lexical", base_id)
    versions = {"base": base_id, "added": list(added_version_ids), "removed": list(removed_version_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT_TERMS, versions)
        if removed_version_ids:
            cursor.execute(_DROP_UNUSED, versions)
        cursor.execute(_COUNT_CHUNKS, versions)
        chunks, length = cursor.fetchone()
    KnowledgeBase.objects.filter(pk=base_id).update(live_chunks=F("live_chunks") + chunks, live_length=F("live_length") + length)


def impacts_literal(row: ChunkLexical, avgdl: float) -> str:
    """A row's impacts as a sparsevec literal, `{term:impact,...}/dimensions`, ascending."""
    worth = bm25.impacts(row.tfs, row.length, avgdl)
    body = ",".join(f"{term & 0xFFFFFFFF}:{value:.7g}" for term, value in zip(row.terms, worth, strict=True))
    return f"{{{body}}}/{TERM_SPACE}"


def _cut_with_newest_in_tx(rows: Sequence[ChunkLexical]) -> Sequence[ChunkLexical]:
    """Cut again what was cut before the dictionary changed. While this transaction lasts it does not change: a re-cut misses no row."""
    base_id = rows[0].base_id
    lock_shared_in_tx("words", base_id)
    revision = KnowledgeBase.objects.values_list("words_revision", flat=True).get(pk=base_id)
    return rows if rows[0].cut_revision == revision else rows_for([row.cut_from for row in rows])


def row_of(chunk: Chunk, dictionary: Dictionary) -> ChunkLexical:
    """Unsaved, without impacts. Reads chunk.version.document.title."""
    version = chunk.version
    merged: dict[int, float] = {}  # two words may share a term id
    counts, length = weighted_counts(chunk, version.document.title, dictionary)
    for word, tf in counts.items():
        term = scoped(version.base_id, term_id(word))
        merged[term] = merged.get(term, 0) + tf
    terms = sorted(merged)
    tfs = [merged[term] for term in terms]
    return ChunkLexical(chunk_id=chunk.pk, version_id=version.pk, base_id=version.base_id, terms=terms, tfs=tfs, length=length)


def _avgdl_in_use(rows: Sequence[ChunkLexical]) -> float:
    """The base's frozen average length; a new base takes that of the first rows, which knowledge.lexical_refresh corrects later."""
    base_id = rows[0].base_id
    mean = max(1.0, sum(row.length for row in rows) / len(rows))
    KnowledgeBase.objects.filter(pk=base_id, impact_avgdl=0).update(impact_avgdl=mean)
    return KnowledgeBase.objects.values_list("impact_avgdl", flat=True).get(pk=base_id)


def array_literal(values: Sequence[float]) -> str:
    return "{" + ",".join(map(str, values)) + "}"
