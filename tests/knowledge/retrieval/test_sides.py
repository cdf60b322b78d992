"""Each base is asked in its own way: what one learned changes nothing elsewhere, and costs nothing where there is nothing."""

import numpy as np
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from knowledge.retrieval import search
from knowledge.retrieval.sides import BASES, OTHERS
from knowledge.types import Scope
from scrm.ai import heads
from scrm.ai.encoders import query_vector
from scrm.ai.errors import HeadMissing
from scrm.ai.models import Encoder, ModelRelease, QueryHead

QUESTION = "退货的运费谁付"


@pytest.fixture
def bases(publish):
    """Two bases that hold the same."""
    texts = {f"文{number}": f"第{number}条：{word}的规定。" for number, word in enumerate(["退货", "运费", "发票", "保修", "物流", "电池"])}
    return publish(texts), publish(texts)


def taught(release: ModelRelease, base, level=(0.0, 1.0)) -> np.ndarray:
    """Give the base a head that turns every question the other way round; its matrix."""
    matrix = np.concatenate([-2 * np.eye(8), np.zeros((8, 1))], 1).astype(np.float32)
    stored = {"head": heads.head_store(matrix), "level": list(level)}
    ModelRelease.objects.filter(pk=release.pk).update(settings={BASES: {str(base.pk): stored}})
    return matrix


def cosines(*found) -> dict[tuple[int, str], float]:
    result = search(QUESTION, Scope(tuple(base.pk for base in found)), threshold=0.0, limit=50, mode="vector")
    return {(hit.base_id, hit.text): hit.vector_score for hit in result.hits}


def test_a_head_turns_its_own_base_and_no_other(bases, release):
    one, other = bases
    before = cosines(one), cosines(other)
    taught(release, one)
    assert cosines(other) == before[1]
    after = cosines(one)
    assert after.keys() == before[0].keys()
    assert all(after[key] == pytest.approx(-before[0][key], abs=2e-3) for key in after)


def test_a_search_of_both_asks_each_its_own_way(bases, release):
    one, other = bases
    taught(release, one, level=(0.1, 0.5))
    apart = cosines(one) | cosines(other)
    together = cosines(one, other)
    assert together == pytest.approx(apart, abs=1e-6)
    assert list(together.values()) == sorted(together.values(), reverse=True)
    found = search("退货", Scope((one.pk, other.pk)), threshold=0.0, limit=50, mode="lexical").hits
    assert {hit.base_id for hit in found} == {one.pk, other.pk}
    again = {(hit.base_id, hit.text): hit.vector_score for hit in search("退货", Scope((one.pk,)), threshold=0.0, mode="lexical").hits}
    assert {(hit.base_id, hit.text): hit.vector_score for hit in found if hit.base_id == one.pk} == pytest.approx(again, abs=1e-6)


def test_the_level_shifts_and_stretches(bases, release):
    taught(release, bases[0])
    plain = cosines(bases[0])
    taught(release, bases[0], level=(0.2, 0.5))
    assert cosines(bases[0]) == pytest.approx({key: 0.2 + 0.5 * value for key, value in plain.items()}, abs=1e-6)


def test_a_search_costs_as_many_statements_and_encodings_as_before(bases, release, endpoint):
    def cost(*found) -> tuple[int, int]:
        search(QUESTION, Scope(tuple(base.pk for base in found)))  # what a process reads once is read
        asked = len(endpoint.requests)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            search(QUESTION, Scope(tuple(base.pk for base in found)))
        return len(seen), len(endpoint.requests) - asked

    plain, both = cost(bases[0]), cost(*bases)
    taught(release, bases[0])
    assert cost(bases[0]) == cost(bases[1]) == plain
    assert plain[1] == 0
    assert cost(*bases) == (both[0] + 3, 0)  # one vector search more, and how large each side is


def test_bases_that_a_trained_encoder_does_not_know_are_asked_by_the_old_one(bases, release, endpoint):
    one, other = bases
    before = cosines(one), cosines(other)
    trained = Encoder.objects.create(
        kind="openai", source=f"openai:{endpoint.embedding_model}", fingerprint="f" * 64, dimensions=8, max_tokens=512
    )
    ModelRelease.objects.filter(pk=release.pk).update(query_encoder=trained, settings={BASES: {str(one.pk): {}}, OTHERS: [0.25, 0.5]})
    assert cosines(other) == pytest.approx({key: 0.25 + 0.5 * value for key, value in before[1].items()}, abs=1e-6)
    assert cosines(one) == pytest.approx(before[0], abs=1e-6)  # the endpoint gives both encoders the same vectors: no level here


def test_a_lost_or_damaged_head_is_told(bases, release):
    matrix = taught(release, bases[0])
    digest = heads.head_store(matrix)
    heads._matrix.cache_clear()
    QueryHead.objects.filter(digest=digest).update(coefficients=b"\0" * 144)
    with pytest.raises(HeadMissing):
        search(QUESTION, Scope((bases[0].pk,)))
    vector = query_vector(release.query_encoder, QUESTION)
    assert heads.apply(matrix, vector) == pytest.approx(-vector, abs=1e-5)
