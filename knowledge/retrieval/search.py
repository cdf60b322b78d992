"""The one door to what we know: bot, search page, API and evaluation ask here and nowhere else."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from knowledge.models import KnowledgeBase
from knowledge.retrieval import bm25, calibration, entries, fusion, grammar, lexical_search, passages, ranker, reranking, sides, variety
from knowledge.retrieval.background import background_of
from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.indexes import EF_SEARCH
from knowledge.retrieval.lexical_search import WeightedQuery
from knowledge.retrieval.likeness import pairs_of
from knowledge.retrieval.live import SET_MOMENT
from knowledge.retrieval.sides import Side
from knowledge.retrieval.tuning import Tuning, combined
from knowledge.retrieval.weights import Weights
from knowledge.types import Scope, SearchResult
from scrm.ai import rerank
from scrm.ai.encoders import query_vector
from scrm.ai.models import ModelRelease
from scrm.ai.selectors import active_release

Mode = Literal["hybrid", "vector", "lexical"]

RECALL = 100  # rows of each half before fusion
LONGEST_QUERY = 2_000  # characters
# The second pass, when nothing passes the threshold: of the first RELAXED, those at LOOSE of it that hold MOST of the question's words.
RELAXED, LOOSE, MOST = 3, 0.4, 0.6

REASONS = {
    "empty_query": _("Nothing was asked."),
    "empty_scope": _("No knowledge base may be searched here."),
    "nothing_found": _("No passage shares a word or a meaning with the question."),
    "below_threshold": _("The passages found are too unlikely to answer the question."),
    "empty_base": _("Nothing is published in the knowledge base yet."),
    "unknown_words": _("No word of the question stands in the knowledge base, and nothing there is close to it in meaning."),
}

# Literal values make the planner prefer reading whole tables (17-26 ms instead of 5-6); only index plans are wanted here.
_PLANNER = f"""
SET LOCAL enable_seqscan = off; SET LOCAL jit = off;
SET LOCAL hnsw.ef_search = {EF_SEARCH}; SET LOCAL hnsw.iterative_scan = relaxed_order; SET LOCAL hnsw.max_scan_tuples = 40000;
"""
_ONE_MOMENT = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;"


def search(
    query: str,
    scope: Scope,
    *,
    limit: int = 10,
    mode: Mode = "hybrid",
    threshold: float | None = None,
    tuning: Tuning | None = None,
) -> SearchResult:
    """The passages of live documents in scope that best answer the query, best first.

    limit: passages in `hits`, and at most as many in `rejected`; several may be of one document. threshold: least `relevance` of a
    hit, 0 lets all pass, None takes the tuning's. tuning: weights to try instead of those stored for the bases. When nothing
    passes the tuning's threshold, what holds most of the question's words does, down to LOOSE of it (`relaxed`). `reason` is a key of
    REASONS. timings_ms: encode, weigh, lexical, vector, fuse, read, rerank (where a model is set up), total.
    Raises NoActiveRelease and the encoder's errors (both ScrmError).
    """
    clock = _Clock()
    query = query.strip()[:LONGEST_QUERY]
    if not query or not scope.base_ids:
        return SearchResult(query, (), reason="empty_scope" if query else "empty_query", timings_ms=clock.total())
    release = active_release()
    asked = query_vector(release.query_encoder, query)
    ways = sides.of_question(query, scope, release)
    clock.lap("encode")
    with snapshot():
        tuning = tuning or stored(scope)
        weighted, candidates = _recall(query, ways, scope, release, clock)
        ranked = _ranked(candidates, mode, release, scope, weighted.best_possible)
        read = passages.read(ranked[: ranker.POOL], scope, weighted.weights)
        if mode == "hybrid":
            known = passages.traits(read, weighted.weights)
            ranked = _ranked_closely(query, ranked, weighted, known, release, scope, tuning)
            ranked = entries.leading(ranked, entries.wordings(ranked, query, asked, release), tuning.faq)
            ranked = variety.varied(variety.once(ranked, known), known, tuning.diversity)
        least = tuning.threshold if threshold is None else threshold
        passed = [c for c in ranked if c.relevance >= least][: reranking.depth(limit) if mode == "hybrid" else limit]
        relaxed = not passed and threshold is None
        if relaxed:
            passed = [c for c in ranked[:RELAXED] if c.relevance >= least * LOOSE and _says_most(c)]
        chosen = {c.chunk_id for c in passed}
        failed = [c for c in ranked if c.relevance < least and c.chunk_id not in chosen][:limit]
        clock.lap("fuse")
        unread = [c for c in passed + failed if c.chunk_id not in read]
        found = passages.hits(passed + failed, read | passages.read(unread, scope, weighted.weights))
        hits = tuple(hit for hit in found if hit.chunk_id in chosen)
        rejected = tuple(hit for hit in found if hit.chunk_id not in chosen)
        clock.lap("read")
    note = ""
    if mode == "hybrid" and rerank.configured():
        hits, note = reranking.reranked(query, hits)
        hits = hits[:limit]
        clock.lap("rerank")
    reason = "" if hits else _why_nothing(weighted, bool(rejected))
    relaxed = relaxed and bool(hits)
    notes = tuple(filter(None, ["relaxed" if relaxed else "", note]))
    return SearchResult(query, hits, rejected, reason, clock.total(), relaxed, notes)


def _says_most(candidate: Candidate) -> bool:
    """Whether the passage holds most of what the question says, by the weight of the words."""
    return any(reason.key == "words" and reason.value >= MOST for reason in candidate.reasons)


def _why_nothing(weighted: WeightedQuery, rejected: bool) -> str:
    if not weighted.passages:
        return "empty_base"
    if all(grammar.says_nothing(word) for word in weighted.weights):
        return "unknown_words"
    return "below_threshold" if rejected else "nothing_found"


def stored(scope: Scope) -> Tuning:
    """The weights in force for a search in these bases."""
    rows = KnowledgeBase.objects.filter(pk__in=scope.base_ids).values_list("tuning", flat=True)
    return combined(map(Tuning.from_json, rows))


@contextmanager
def snapshot() -> Iterator[None]:
    """All statements inside see one moment of the database, so a document that is republished meanwhile is seen once, old or new.

    Ends in a rollback, which also takes the planner's settings back when the caller has a transaction open.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute((_PLANNER if nested else _ONE_MOMENT + _PLANNER) + SET_MOMENT)
        yield
        transaction.set_rollback(True)


def recalled(query: str, ways: Sequence[Side], scope: Scope, release: ModelRelease) -> tuple[WeightedQuery, list[Candidate]]:
    """The candidates of both halves in the first mix's order. Run under `snapshot`."""
    weighted, candidates = _recall(query, ways, scope, release, _Clock())
    return weighted, _ranked(candidates, "hybrid", release, scope, weighted.best_possible)


def _recall(
    query: str, ways: Sequence[Side], scope: Scope, release: ModelRelease, clock: "_Clock"
) -> tuple[WeightedQuery, list[Candidate]]:
    encoder = release.passage_encoder
    weighted = lexical_search.weigh(query, scope.base_ids)
    clock.lap("weigh")
    by_words = lexical_search.best(weighted, encoder_id=encoder.pk, sides=ways, internal=scope.internal, limit=RECALL)
    clock.lap("lexical")
    by_meaning = sides.nearest(ways, scope, encoder, weighted, limit=RECALL)
    clock.lap("vector")
    return weighted, fusion.merge(by_words, by_meaning)


def _ranked(candidates: list[Candidate], mode: Mode, release: ModelRelease, scope: Scope, best_possible: float) -> list[Candidate]:
    """In the mode's order, each with its relevance."""
    background, weights = background_of(release), Weights.from_settings(release.settings, scope.base_ids)
    if mode == "vector":
        ranked = fusion.by_meaning(candidates)
    elif mode == "lexical":
        ranked = fusion.by_words(candidates)
    elif background is None:
        ranked = fusion.linear(candidates)
    else:
        ranked = fusion.absolute(candidates, background=background, best_possible=best_possible)
    known = {"background": background, "best_possible": best_possible, "weights": weights}
    return [c._replace(relevance=calibration.relevance(c, **known)) for c in ranked]


def _ranked_closely(
    query: str,
    ranked: list[Candidate],
    weighted: WeightedQuery,
    known: dict[int, ranker.Traits],
    release: ModelRelease,
    scope: Scope,
    tuning: Tuning,
) -> list[Candidate]:
    """The first of them ordered by the ranker, which needs an encoder whose background is known."""
    background = background_of(release)
    if background is None:
        return ranked
    weights = Weights.from_settings(release.settings, scope.base_ids)
    return ranker.rank(asked_as(query, weighted), ranked, known, background, tuning, weights)


def asked_as(query: str, weighted: WeightedQuery) -> ranker.Asked:
    """The question as the ranker sees it."""
    total = weighted.best_possible / (bm25.K1 + 1)
    return ranker.Asked(pairs_of(query), weighted.weights, total, weighted.heaviest, weighted.absent)


class _Clock:
    """Milliseconds by stage."""

    def __init__(self):
        self.began = self.last = time.perf_counter()
        self.stages: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now = time.perf_counter()
        self.stages[stage], self.last = round((now - self.last) * 1000, 3), now

    def total(self) -> dict[str, float]:
        return self.stages | {"total": round((time.perf_counter() - self.began) * 1000, 3)}
