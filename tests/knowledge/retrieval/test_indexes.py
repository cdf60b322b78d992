"""Plans and vector indexes. Rows are made in SQL, in numbers that a planner takes seriously."""

import sys

import numpy as np
import pytest
from django.db import connection, transaction
from django.utils import timezone

from knowledge.models import Chunk, ChunkEmbedding, Document, DocumentVersion, KnowledgeBase
from knowledge.retrieval import lexical, lexical_search, search, vectors
from knowledge.retrieval.indexes import index_drop, index_ensure, index_is_valid, index_name
from knowledge.retrieval.sides import Side, of_vector
from knowledge.types import Scope
from scrm.ai.models import Encoder, ModelRelease

snapshot = sys.modules["knowledge.retrieval.search"].snapshot


@pytest.fixture
def encoder(transactional_db) -> Encoder:
    return Encoder.objects.create(kind="openai", source="openai:a", fingerprint="a" * 64, dimensions=8, max_tokens=512)


def fill(base: KnowledgeBase, encoder: Encoder, number: int, seed: int = 0) -> list[Chunk]:
    """Published documents of one chunk each, with random vectors and a few words."""
    documents = Document.objects.bulk_create([Document(base=base, name=f"{seed}-{n}") for n in range(number)])
    versions = DocumentVersion.objects.bulk_create(
        [DocumentVersion(document=one, base=base, number=1, sha256=f"{one.pk}", state="published") for one in documents]
    )
    for document, version in zip(documents, versions, strict=True):
        document.live_version = version
    Document.objects.bulk_update(documents, ["live_version"], batch_size=1000)
    chunks = Chunk.objects.bulk_create(
        [
            Chunk(version=version, ordinal=0, text=f"共同 词{n % 50} 编号X-{n}", start=0, end=1, words=3, content_hash="")
            for n, version in enumerate(versions)
        ]
    )
    save(chunks, encoder, seed)
    with transaction.atomic():
        lexical.rows_save_in_tx(lexical.rows_for(chunks))
        lexical.stats_apply_in_tx(base.pk, [version.pk for version in versions])
    return chunks


def save(chunks: list[Chunk], encoder: Encoder, seed: int = 0) -> np.ndarray:
    values = np.random.default_rng(seed).normal(size=(len(chunks), encoder.dimensions)).astype(np.float32)
    values /= np.linalg.norm(values, axis=1, keepdims=True)
    with transaction.atomic():
        vectors.rows_save_in_tx(chunks, encoder, values)
    return values


def plan_of(call) -> str:
    """The plan of the last SELECT or WITH that `call` runs under the planner settings of a search."""
    with snapshot(), connection.cursor() as cursor:
        statements: list[str] = []

        def explain(execute, sql, params, many, context):
            if sql.lstrip().startswith("WITH"):
                cursor.cursor.execute("EXPLAIN " + sql, params)
                statements.append("\n".join(row[0] for row in cursor.cursor.fetchall()))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(explain):
            call()
    return statements[-1]


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.parametrize("number", [3, 3000])
def test_plans_use_the_indexes_made_for_them(encoder, number):
    base = KnowledgeBase.objects.create(name="large")
    fill(base, encoder, number)
    index_ensure(encoder)
    analyse()
    target = vectors.literal(np.ones(8, np.float32))

    weighted = lexical_search.weigh("编号X-2 共同", [base.pk])
    words = plan_of(
        lambda: lexical_search.best(weighted, encoder_id=encoder.pk, sides=(Side((base.pk,), target),), internal=False, limit=100)
    )
    assert "Bitmap Index Scan on lexical_terms" in words
    assert "Seq Scan" not in words

    def nearest(exact: bool):
        return vectors.best(target, Scope((base.pk,)), encoder=encoder, lexical_query="{}/1000000000", exact=exact, limit=10)

    approximate, exact = plan_of(lambda: nearest(False)), plan_of(lambda: nearest(True))
    assert f"Index Scan using {index_name(encoder.pk)}" in approximate
    assert index_name(encoder.pk) not in exact
    assert "Seq Scan" not in exact


def test_rare_words_are_read_first_and_common_ones_left_out(encoder, monkeypatch):
    monkeypatch.setattr(lexical_search, "POSTINGS", 20)
    base = KnowledgeBase.objects.create(name="b")
    fill(base, encoder, 200)
    weighted = lexical_search.weigh("共同 X-7", [base.pk])
    chosen = {term & 0xFFFFFFFF for term in weighted.candidate_terms}
    assert lexical.term_id("x-7") in chosen
    assert lexical.term_id("共同") not in chosen
    assert lexical_search.weigh("共同", [base.pk]).candidate_terms


def test_common_words_are_read_where_they_stand_together(encoder, monkeypatch):
    monkeypatch.setattr(lexical_search, "MOST_SCORED", 3)
    base = KnowledgeBase.objects.create(name="b")
    chunks = fill(base, encoder, 200)

    def found(query: str, limit: int) -> list[int]:
        weighted = lexical_search.weigh(query, [base.pk])
        with snapshot():
            rows = lexical_search.best(
                weighted, encoder_id=encoder.pk, sides=of_vector(np.ones(8, np.float32), Scope((base.pk,))), internal=False, limit=limit
            )
        return [chunk for chunk, _, _ in rows]

    assert set(found("共同 词7", 3)) <= {chunk.pk for chunk in chunks if "词7 " in chunk.text}
    assert len(found("共同", 10)) == 3
    assert len(found("共同 词7 词8", 2)) == 2  # nowhere all three: those with any of them


def test_index_and_exact_reading_agree(encoder):
    base, other = KnowledgeBase.objects.create(name="b"), KnowledgeBase.objects.create(name="other")
    fill(base, encoder, 300, seed=1)
    fill(other, encoder, 300, seed=2)
    index_ensure(encoder)
    target = vectors.literal(np.linspace(-1, 1, 8, dtype=np.float32))

    def nearest(exact: bool) -> list[int]:
        with snapshot():
            rows = vectors.best(target, Scope((base.pk,)), encoder=encoder, lexical_query="{}/1000000000", exact=exact, limit=100)
        return [chunk for chunk, _, _ in rows]

    exact, approximate = nearest(True), nearest(False)
    assert len(exact) == len(approximate) == 100
    assert len(set(exact) & set(approximate)) >= 99
    assert set(approximate) <= set(Chunk.objects.filter(version__base=base).values_list("pk", flat=True))


def test_encoders_of_different_dimensions_live_side_by_side(encoder, endpoint, release):
    base = KnowledgeBase.objects.create(name="b")
    chunks = fill(base, encoder, 50)
    wide = Encoder.objects.create(kind="openai", source="openai:b", fingerprint="b" * 64, dimensions=600, max_tokens=512)
    save(chunks, wide)
    for one in (encoder, wide):
        index_ensure(one)
        index_ensure(one)  # repeating it changes nothing
        assert index_is_valid(one.pk)
        target = vectors.literal(np.ones(one.dimensions, np.float32))
        with snapshot():
            rows = vectors.best(target, Scope((base.pk,)), encoder=one, lexical_query="{}/1000000000", exact=False, limit=50)
        assert len(rows) == 50
    index_drop(wide)
    assert not index_is_valid(wide.pk)


def test_only_vectors_of_the_release_in_use_are_searched(encoder, release):
    """Chunks that the new encoder has not embedded yet are found by their words."""
    base = KnowledgeBase.objects.create(name="b")
    fill(base, encoder, 20)
    assert release.passage_encoder != encoder
    result = search("编号X-7", Scope((base.pk,)), threshold=0)
    assert result.hits[0].lexical_rank == 1
    assert {hit.vector_score for hit in result.hits} == {None}
    ModelRelease.objects.filter(pk=release.pk).update(passage_encoder=encoder, activated_at=timezone.now())
    assert search("编号X-7", Scope((base.pk,)), threshold=0).hits[0].vector_score is not None


def test_a_broken_index_is_built_again(encoder):
    base = KnowledgeBase.objects.create(name="b")
    fill(base, encoder, 20)
    index_ensure(encoder)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [index_name(encoder.pk)])
    assert not index_is_valid(encoder.pk)
    index_ensure(encoder)
    assert index_is_valid(encoder.pk)
    assert ChunkEmbedding.objects.count() == 20


@pytest.mark.parametrize(
    ("in_scope", "everywhere", "exact"),
    [(100, 1_000_000, True), (8_000, 8_000, True), (10_000, 10_000, False), (40_000, 1_000_000, True), (100_000, 1_000_000, False)],
)
def test_small_scopes_and_small_shares_are_read_exactly(in_scope, everywhere, exact):
    assert vectors.exact_is_better(in_scope, everywhere) is exact
