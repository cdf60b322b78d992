"""Why each passage was found or cut, and which documents match but may not answer now: for people who test a search, not on a turn."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from knowledge.retrieval import grammar
from knowledge.retrieval.base_words import asking
from knowledge.retrieval.lexical import scoped
from knowledge.retrieval.lexical_search import WeightedQuery, weigh
from knowledge.retrieval.live import MOMENT, VALID
from knowledge.retrieval.search import snapshot
from knowledge.retrieval.terms import fold, term_id, words
from knowledge.types import Hit, Scope, SearchResult

MOST_WORDS = 8  # named in one line, the weightiest
MOST_SILENT = 5  # documents
_LIKE = 0.2  # likeness to a stored question that is worth a line

# Words count as far as they weigh: half of the question's weight is a match worth telling.
_SILENT = f"""
SELECT d.id, d.valid_from > {MOMENT} AS early, d.valid_until <= {MOMENT} AS late,
       max((SELECT sum(weight) FROM unnest(%(terms)s::bigint[], %(weights)s::real[]) AS asked (term, weight) WHERE term = ANY(l.terms)))
FROM knowledge_chunklexical l JOIN knowledge_document d ON d.live_version_id = l.version_id
WHERE l.terms && %(terms)s::bigint[] AND d.base_id = ANY(%(bases)s::bigint[]) AND NOT ({VALID})
GROUP BY d.id ORDER BY 4 DESC, 1 LIMIT %(limit)s
"""  # noqa: S608  (constants)


@dataclass(frozen=True)
class Why:
    """One line. `key`: of knowledge.retrieval.reasons.WHY; `values`: what its sentence is filled with, JSON-ready."""

    key: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Silent:
    """A document that says words of the question and may not answer now. `why`: "early", "late" or "internal"; `share` of the weight."""

    document_id: int
    why: str
    share: float


def explained(result: SearchResult, scope: Scope, threshold: float) -> dict[int, list[Why]]:
    """For each passage of the result, found or rejected, the reasons in the order a person asks for them."""
    dictionary = asking(scope.base_ids)
    asked = [word for word in dict.fromkeys(words(result.query, dictionary)) if not grammar.says_nothing(word)]
    instead = {
        part: said
        for said, others in dictionary.others(fold(result.query)).items()
        for part in dict.fromkeys(each for other in others for each in words(other, dictionary))
        if part not in asked
    }
    return {hit.chunk_id: [*_of_words(hit, asked, instead), *_of_place(hit, threshold)] for hit in (*result.hits, *result.rejected)}


def silent(query: str, scope: Scope) -> list[Silent]:
    """The documents that say at least half of the question, by weight, and are outdated, not valid yet, or for staff only."""
    if not query or not scope.base_ids:
        return []
    with snapshot():
        weighted: WeightedQuery = weigh(query, scope.base_ids)
        asked = {word: weight for word, weight in weighted.weights.items() if not grammar.says_nothing(word)}
        total = sum(asked.values())
        terms = {scoped(base, term_id(word)): weight for word, weight in asked.items() for base in scope.base_ids}
        known = {
            "terms": list(terms), "weights": list(terms.values()), "bases": list(scope.base_ids), "internal": scope.internal,
            "limit": MOST_SILENT,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(_SILENT, known)
            rows = cursor.fetchall()
    found = [
        Silent(document, "early" if early else "late" if late else "internal", weight / total) for document, early, late, weight in rows
    ]
    return [each for each in found if each.share >= 0.5]


def _of_words(hit: Hit, asked: Sequence[str], instead: dict[str, str]) -> Iterable[Why]:
    shared = [word for word in hit.matched if word in asked]
    by_synonym = [word for word in hit.matched if word in instead]
    if shared:
        yield Why("words", {"words": shared[:MOST_WORDS]})
    if by_synonym:
        said = list(dict.fromkeys(instead[word] for word in by_synonym))
        yield Why("synonyms", {"words": by_synonym[:MOST_WORDS], "said": said[:MOST_WORDS]})
    missing = [word for word in asked if word not in hit.matched and word not in fold(f"{hit.title} {hit.question} {hit.text}")]
    if missing and (shared or by_synonym):
        yield Why("missing", {"words": missing[:MOST_WORDS]})
    if not shared and not by_synonym:
        yield Why("meaning_alone", {})
    elif hit.vector_rank is None:
        yield Why("words_alone", {})


def _of_place(hit: Hit, threshold: float) -> Iterable[Why]:
    by = round(100 * (hit.relevance - threshold))
    if hit.entry and hit.alike >= _LIKE:
        yield Why("entry", {"share": round(100 * hit.alike)})
    yield Why("above" if hit.relevance >= threshold else "below", {"relevance": round(100 * hit.relevance), "by": abs(by)})
