"""The text of what was found."""

from collections.abc import Mapping, Sequence

from django.db import connection

from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.lexical import scoped
from knowledge.retrieval.live import VALID
from knowledge.retrieval.terms import term_id
from knowledge.types import Hit, Scope

_READ = f"""
SELECT c.id, d.id, c.version_id, d.base_id, coalesce(nullif(d.title, ''), d.name), c.heading_path, c.page, c.text, c.question, c.kind,
       c.start, c."end", d.kind = 'faq', ARRAY(SELECT term FROM unnest(%(terms)s::bigint[]) term WHERE term = ANY(l.terms))
FROM knowledge_chunk c
JOIN knowledge_document d ON d.live_version_id = c.version_id
LEFT JOIN knowledge_chunklexical l ON l.chunk_id = c.id
WHERE c.id = ANY(%(chunks)s::bigint[]) AND d.base_id = ANY(%(bases)s::bigint[]) AND {VALID}
"""  # noqa: S608  (constants)


def read(candidates: Sequence[Candidate], scope: Scope, words: Mapping[str, float]) -> list[Hit]:
    """Candidates as hits, in their order; one whose validity ended since it was found is left out.

    words: the query's, of which each hit names those it contains.
    """
    if not candidates:
        return []
    by_term = {scoped(base, term_id(word)): word for word in words for base in scope.base_ids}
    with connection.cursor() as cursor:
        chunks = [candidate.chunk_id for candidate in candidates]
        cursor.execute(_READ, {"chunks": chunks, "terms": list(by_term), "bases": list(scope.base_ids), "internal": scope.internal})
        rows = {row[0]: row for row in cursor.fetchall()}
    return [_hit(c, rows[c.chunk_id], by_term) for c in candidates if c.chunk_id in rows]


def _hit(candidate: Candidate, row: tuple, by_term: Mapping[int, str]) -> Hit:
    chunk, document, version, base, title, path, page, text, question, kind, start, end, entry, matched = row
    return Hit(
        chunk_id=chunk, document_id=document, version_id=version, base_id=base, title=title, heading_path=tuple(path), page=page,
        text=text, question=question, kind=kind, start=start, end=end, entry=entry, score=candidate.score, relevance=candidate.relevance,
        vector_rank=candidate.vector_rank, vector_score=candidate.cosine, lexical_rank=candidate.lexical_rank,
        lexical_score=candidate.bm25, matched=tuple(dict.fromkeys(by_term[term] for term in matched)),
        reasons=candidate.reasons, alike=candidate.alike, same=candidate.same,
    )  # fmt: skip
