"""What is asked of a filled table: times of whole searches through the one door, and whether the nearest passages are found."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from django.db import connection

from knowledge.models import KnowledgeBase
from knowledge.retrieval import search, vectors
from knowledge.retrieval.indexes import index_name
from knowledge.retrieval.search import RECALL, snapshot
from knowledge.types import Scope
from scrm.ai.encoders import load
from scrm.ai.models import Encoder
from training.evaluation.metrics import percentile

NEAREST = 10
WARM_UP = 10
EXACT_ROWS = 20_000_000  # vectors read for the truth of one scope and size; at 1,000,000 that is 20 questions
SAME = 1e-6  # cosines this close are the same place
NO_WORDS = "{}/1000000000"


@dataclass(frozen=True)
class Asked:
    """Questions with their vectors as literals, encoded once."""

    texts: Sequence[str]
    vectors: Sequence[str]


def asked(texts: Sequence[str], encoder: Encoder) -> Asked:
    return Asked(texts, [vectors.literal(vector) for vector in load(encoder).encode_queries(list(texts))])


def scopes() -> dict[str, Scope]:
    """All bases together, and each of the small ones alone."""
    ids = dict(KnowledgeBase.objects.filter(scratch=False).values_list("name", "pk"))
    return {"all": Scope(tuple(ids.values()))} | {name: Scope((pk,)) for name, pk in ids.items() if name != "rest"}


def figures(questions: Asked, scope: Scope, encoder: Encoder) -> dict:
    """Milliseconds without the encoding of the question; recall@10 of the search's own choice, and of the index when it is made to serve."""
    warming = questions.texts[:WARM_UP]
    spent = [search(text, scope, threshold=0).timings_ms for text in [*warming, *questions.texts]][len(warming) :]
    times = [stages["total"] - stages["encode"] for stages in spent]
    passages = KnowledgeBase.objects.filter(pk__in=scope.base_ids).values_list("live_chunks", flat=True)
    everywhere = sum(KnowledgeBase.objects.values_list("live_chunks", flat=True))
    exact = vectors.exact_is_better(sum(passages), everywhere)
    of_index = _recall(questions, scope, encoder, sum(passages), everywhere)
    return {
        "passages": sum(passages),
        "p50_ms": round(median(times), 1),
        "p95_ms": round(percentile(times, 0.95), 1),
        "p99_ms": round(percentile(times, 0.99), 1),
        "read": "exactly" if exact else "by index",
        "recall@10": 1.0 if exact else of_index,
        "recall@10_of_index": of_index,
        "stages_p95_ms": {stage: round(percentile([one[stage] for one in spent], 0.95), 1) for stage in spent[0] if stage != "total"},
    }


def index_bytes(encoder: Encoder) -> dict[str, int]:
    """Sizes on disk: vector index, word index, and the tables of passages, vectors and words with all their indexes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_relation_size(%s::regclass), pg_relation_size('lexical_terms')", [index_name(encoder.pk)])
        hnsw, terms = cursor.fetchone()
        cursor.execute(
            "SELECT sum(pg_total_relation_size(name)) FROM unnest(%s::regclass[]) name",
            [["knowledge_chunk", "knowledge_chunkembedding", "knowledge_chunklexical"]],
        )
        return {"vector_index_bytes": hnsw, "word_index_bytes": terms, "tables_bytes": int(cursor.fetchone()[0])}


def _recall(questions: Asked, scope: Scope, encoder: Encoder, passages: int, everywhere: int) -> float:
    number = max(10, min(len(questions.vectors), EXACT_ROWS // max(1, passages)))
    found = [_found(vector, scope, encoder, everywhere) for vector in questions.vectors[:number]]
    return round(sum(found) / len(found), 4)


def _found(vector: str, scope: Scope, encoder: Encoder, everywhere: int) -> float:
    """The share of the nearest ten that walking the index finds, by cosine: passages equally near count alike."""
    truth, given = (_cosines(vector, scope, encoder, exact=exact, everywhere=everywhere) for exact in (True, False))
    least = truth[:NEAREST][-1] - SAME
    return min(NEAREST, sum(cosine >= least for cosine in given)) / min(NEAREST, len(truth))


def _cosines(vector: str, scope: Scope, encoder: Encoder, *, exact: bool, everywhere: int) -> list[float]:
    with snapshot():
        rows: Iterable[tuple] = vectors.best(
            vector, scope, encoder=encoder, lexical_query=NO_WORDS, exact=exact, limit=RECALL, everywhere=everywhere
        )
    return [cosine for _chunk, _bm25, cosine in rows]
