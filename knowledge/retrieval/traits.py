"""What the ranker needs to know of each candidate, read in one statement."""

from collections.abc import Mapping, Sequence

from django.db import connection

from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.lexical import scoped
from knowledge.retrieval.live import VALID
from knowledge.retrieval.ranker import Traits
from knowledge.retrieval.terms import term_id
from knowledge.types import Scope

# The array is the constant here, so that its hash is probed once for each word of a passage.
_READ = f"""
SELECT c.id, d.id, d.title, c.question, c.heading_path, c.text,
       ARRAY(SELECT term FROM unnest(l.terms) term WHERE term = ANY(%(terms)s::bigint[]))
FROM knowledge_chunk c
JOIN knowledge_document d ON d.live_version_id = c.version_id
LEFT JOIN knowledge_chunklexical l ON l.chunk_id = c.id
WHERE c.id = ANY(%(chunks)s::bigint[]) AND d.base_id = ANY(%(bases)s::bigint[]) AND {VALID}
"""  # noqa: S608  (constants)


def read(candidates: Sequence[Candidate], scope: Scope, words: Mapping[str, float]) -> dict[int, Traits]:
    """Traits by chunk. `words`: the query's. A word that stands in the text counts also where cutting found none: 带宽 in 宽带宽度."""
    if not candidates:
        return {}
    by_term = {scoped(base, term_id(word)): word for word in words for base in scope.base_ids}
    chunks = [candidate.chunk_id for candidate in candidates]
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"chunks": chunks, "terms": list(by_term), "bases": list(scope.base_ids), "internal": scope.internal})
        return {row[0]: _traits(row, by_term) for row in cursor.fetchall()}


def _traits(row: tuple, by_term: Mapping[int, str]) -> Traits:
    chunk, document, title, question, path, text, terms = row
    head = "\n".join(filter(None, [title, question, *path]))
    matched = {by_term[term] for term in terms}
    everything = f"{head}\n{text}".casefold()
    matched |= {word for word in by_term.values() if word not in matched and word in everything}
    return Traits(chunk, title or str(document), head, text, frozenset(matched))
