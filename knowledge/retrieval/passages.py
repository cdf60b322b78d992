"""What is read of the candidates, in one statement: to rank them, to compare them, to show them."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from django.db import connection

from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.lexical import scoped
from knowledge.retrieval.live import VALID
from knowledge.retrieval.ranker import Traits
from knowledge.retrieval.terms import term_id
from knowledge.types import Hit, Scope

# The array is the constant here, so that its hash is probed once for each word of a passage.
_READ = f"""
SELECT c.id, d.id, c.version_id, d.base_id, d.title, d.name, c.heading_path, c.page, c.text, c.question, c.kind, c.start, c."end",
       c.ordinal, d.kind = 'faq', ARRAY(SELECT term FROM unnest(l.terms) term WHERE term = ANY(%(terms)s::bigint[]))
FROM knowledge_chunk c
JOIN knowledge_document d ON d.live_version_id = c.version_id
LEFT JOIN knowledge_chunklexical l ON l.chunk_id = c.id
WHERE c.id = ANY(%(chunks)s::bigint[]) AND d.base_id = ANY(%(bases)s::bigint[]) AND {VALID}
"""  # noqa: S608  (constants)


class Passage(NamedTuple):
    """A candidate's row. `title`: as given, "" without one. `found`: the query's words that were cut from it, in the query's order."""

    chunk_id: int
    document_id: int
    version_id: int
    base_id: int
    title: str
    name: str
    heading_path: list[str]
    page: int | None
    text: str
    question: str
    kind: str
    start: int
    end: int
    ordinal: int
    entry: bool
    found: tuple[str, ...]


def read(candidates: Iterable[Candidate], scope: Scope, words: Mapping[str, float]) -> dict[int, Passage]:
    """Passages by chunk; one whose validity ended since it was found is left out. words: the query's."""
    chunks = [candidate.chunk_id for candidate in candidates]
    if not chunks:
        return {}
    by_term = {scoped(base, term_id(word)): word for word in words for base in scope.base_ids}
    with connection.cursor() as cursor:
        cursor.execute(_READ, {"chunks": chunks, "terms": list(by_term), "bases": list(scope.base_ids), "internal": scope.internal})
        return {row[0]: Passage(*row[:-1], _in_order(frozenset(row[-1]), by_term)) for row in cursor.fetchall()}


def traits(passages: Mapping[int, Passage], words: Iterable[str]) -> dict[int, Traits]:
    """What the ranker weighs. A word of the query that stands in the text counts also where cutting found none: 带宽 in 宽带宽度."""
    words = list(words)
    return {chunk: _traits(passage, words) for chunk, passage in passages.items()}


def hits(candidates: Sequence[Candidate], passages: Mapping[int, Passage]) -> list[Hit]:
    """In the candidates' order; those without a passage are left out."""
    return [_hit(each, passages[each.chunk_id]) for each in candidates if each.chunk_id in passages]


def _in_order(terms: frozenset[int], by_term: Mapping[int, str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for term, word in by_term.items() if term in terms))


def _traits(passage: Passage, words: Sequence[str]) -> Traits:
    head = "\n".join(filter(None, [passage.title, passage.question, *passage.heading_path]))
    everything = f"{head}\n{passage.text}".casefold()
    matched = {*passage.found, *(word for word in words if word not in passage.found and word in everything)}
    return Traits(passage.chunk_id, passage.title or str(passage.document_id), head, passage.text, frozenset(matched))


def _hit(candidate: Candidate, of: Passage) -> Hit:
    return Hit(
        chunk_id=of.chunk_id, document_id=of.document_id, version_id=of.version_id, base_id=of.base_id, title=of.title or of.name,
        heading_path=tuple(of.heading_path), page=of.page, text=of.text, question=of.question, kind=of.kind, start=of.start, end=of.end,
        ordinal=of.ordinal, entry=of.entry, score=candidate.score, relevance=candidate.relevance, vector_rank=candidate.vector_rank,
        vector_score=candidate.cosine, lexical_rank=candidate.lexical_rank, lexical_score=candidate.bm25, matched=of.found,
        reasons=candidate.reasons, alike=candidate.alike, same=candidate.same,
    )  # fmt: skip
