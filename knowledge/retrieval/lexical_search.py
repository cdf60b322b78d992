"""The keyword half of a search."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from knowledge.retrieval import bm25, grammar
from knowledge.retrieval.base_words import asking
from knowledge.retrieval.dictionary import Dictionary
from knowledge.retrieval.lexical import scoped
from knowledge.retrieval.live import live
from knowledge.retrieval.sides import Side, cosine_sql
from knowledge.retrieval.terms import fold, term_id, words
from knowledge.types import TERM_SPACE

POSTINGS = 2_000  # candidate rows are those of the rarest words, up to so many: 1,000-2,000 gave the nDCG of scoring every match
# Where even the rarest word is in more rows than this, those with the three rarest together are scored first, and of each word's own rows
# no more than this: among a million passages a common word has some 200,000.
MOST_SCORED = 20_000
TOGETHER = 3
SYNONYM = 0.7  # what a synonym weighs beside the word that was asked

_STATISTICS = """
SELECT (SELECT coalesce(sum(live_chunks), 0) FROM knowledge_knowledgebase WHERE id = ANY(%(bases)s::bigint[])),
       (SELECT coalesce(sum(live_chunks), 0) FROM knowledge_knowledgebase),
       ARRAY(SELECT term FROM knowledge_termstat WHERE term = ANY(%(terms)s::bigint[]) ORDER BY term),
       ARRAY(SELECT df FROM knowledge_termstat WHERE term = ANY(%(terms)s::bigint[]) ORDER BY term)
"""

# Only the index on terms can serve this: the caller turned sequential scans off, because a plan made for literal values prefers one.
_BEST = f"""
WITH best AS MATERIALIZED (
    SELECT l.chunk_id, -(l.impacts <#> %(query)s::sparsevec) AS score
    FROM (
        SELECT l.chunk_id, l.impacts FROM knowledge_chunklexical l
        WHERE {{matching}}
          AND {live("l.version_id")}
        LIMIT {{most}}
    ) l
    ORDER BY 2 DESC, 1 LIMIT %(limit)s
)
SELECT best.chunk_id, best.score, {{cosine}}
FROM best LEFT JOIN knowledge_chunkembedding e ON e.chunk_id = best.chunk_id AND e.encoder_id = %(encoder)s
ORDER BY best.score DESC, best.chunk_id
"""  # noqa: S608  (constants)
_ANY = "l.terms && %(terms)s::bigint[]"
_ALL = "l.terms @> %(all{number})s::bigint[]"


@dataclass(frozen=True)
class WeightedQuery:
    """A query's words with tf x idf, and the sizes they were weighed by."""

    weights: dict[str, float]  # of the words that occur in scope, in the order of the query, then of their synonyms
    best_possible: float  # the BM25 score that no passage reaches: every word at full saturation, unknown ones included
    passages: int  # live chunks in scope
    everywhere: int  # live chunks of all bases
    candidate_terms: tuple[int, ...]  # base << 32 | term: the posting lists to read
    heaviest: float = 0.0  # the greatest weight of a word that was asked,
    absent: float = 0.0  # and of those that no passage in scope holds
    together: tuple[tuple[int, ...], ...] = ()  # of each base the rarest words, when each of them is in too many rows to read

    @property
    def literal(self) -> str:
        """The weights as a sparsevec literal."""
        merged: dict[int, float] = {}
        for word, weight in self.weights.items():
            merged[term_id(word)] = merged.get(term_id(word), 0) + weight
        return "{" + ",".join(f"{term}:{merged[term]:.7g}" for term in sorted(merged)) + f"}}/{TERM_SPACE}"


def weigh(query: str, base_ids: Sequence[int]) -> WeightedQuery:
    """Document frequencies of the query's words, and of their synonyms, summed over the bases in scope."""
    dictionary = asking(base_ids)
    counts = Counter(words(query, dictionary))
    others = _others(query, dictionary, counts)
    asked = [*counts, *dict.fromkeys(word for _, instead in others for word in instead if word not in counts)]
    terms = [scoped(base, term_id(word)) for word in asked for base in base_ids]
    with connection.cursor() as cursor:
        cursor.execute(_STATISTICS, {"bases": list(base_ids), "terms": terms})
        passages, everywhere, found, frequencies = cursor.fetchone()
    in_base = dict(zip(found, frequencies, strict=True))
    df = {word: sum(in_base.get(scoped(base, term_id(word)), 0) for base in base_ids) for word in asked}
    weights = {word: tf * bm25.idf(df[word], passages) * grammar.share(word, int(passages)) for word, tf in counts.items()}
    best_possible = sum(weights.values())
    for said, instead in others:
        extra = {word: SYNONYM * bm25.idf(df[word], passages) for word in instead if word not in counts}
        weights |= {word: max(weight, weights.get(word, 0.0)) for word, weight in extra.items()}
        if not any(df[word] for word in said):  # nobody here writes it that way: the synonym is the best there can be
            best_possible += sum(weight for word, weight in extra.items() if df[word]) - sum(weights[word] for word in said)
    known = {word: weight for word, weight in weights.items() if df[word]}
    return WeightedQuery(
        weights=known,
        best_possible=max(0.0, best_possible) * (bm25.K1 + 1),
        passages=int(passages),
        everywhere=int(everywhere),
        candidate_terms=_candidates(df, base_ids),
        heaviest=max(weights.values(), default=0.0),
        absent=max((weights[word] for word in counts if not df[word]), default=0.0),
        together=_together(df, base_ids),
    )


def _others(query: str, dictionary: Dictionary, counts: Counter) -> list[tuple[list[str], list[str]]]:
    """For each word of the query that has synonyms: (its own words, the words of all its synonyms)."""
    found = []
    for word, synonyms in dictionary.others(fold(query)).items():
        said = [each for each in dict.fromkeys(words(word, dictionary)) if each in counts]
        found.append((said, list(dict.fromkeys(each for other in synonyms for each in words(other, dictionary)))))
    return found


def _candidates(df: dict[str, int], base_ids: Sequence[int]) -> tuple[int, ...]:
    """Posting lists of the rarest words until they hold POSTINGS rows; at least one list, however long."""
    chosen: list[int] = []
    rows = 0
    for word in sorted((word for word in df if df[word]), key=df.__getitem__):
        if chosen and rows + df[word] > POSTINGS:
            break
        chosen += [scoped(base, term_id(word)) for base in base_ids]
        rows += df[word]
    return tuple(chosen)


def _together(df: dict[str, int], base_ids: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    rarest = sorted((word for word in df if df[word]), key=df.__getitem__)[:TOGETHER]
    if len(rarest) < 2 or df[rarest[0]] <= MOST_SCORED:
        return ()
    return tuple(tuple(scoped(base, term_id(word)) for word in rarest) for base in base_ids)


def best(
    query: WeightedQuery, *, encoder_id: int, sides: Sequence[Side], internal: bool, limit: int
) -> list[tuple[int, float, float | None]]:
    """(chunk, BM25, levelled cosine or None) of the best live chunks, best first. Run under `search.settings_in_tx`."""
    if not query.candidate_terms:
        return []
    parameters = {
        "query": query.literal, "terms": list(query.candidate_terms), "internal": internal, "limit": limit, "encoder": encoder_id,
    }  # fmt: skip
    cosine, values = cosine_sql(sides)
    parameters |= values
    groups = {f"all{number}": list(terms) for number, terms in enumerate(query.together)}
    found = (
        _scored("(" + " OR ".join(_ALL.format(number=number) for number in range(len(groups))) + ")", cosine, parameters | groups)
        if groups
        else []
    )
    return found if len(found) >= limit else _scored(_ANY, cosine, parameters)


def _scored(matching: str, cosine: str, parameters: dict) -> list[tuple[int, float, float | None]]:
    with connection.cursor() as cursor:
        cursor.execute(_BEST.format(matching=matching, cosine=cosine, most=MOST_SCORED), parameters)
        return cursor.fetchall()
