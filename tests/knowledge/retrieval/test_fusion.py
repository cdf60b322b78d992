import pytest

from knowledge.retrieval import fusion
from knowledge.retrieval.background import Background
from knowledge.retrieval.fusion import Candidate


@pytest.fixture
def merged() -> list[Candidate]:
    lexical = [(1, 9.0, 0.80), (2, 6.0, 0.90), (3, 1.0, None)]
    vector = [(4, None, 0.95), (2, 6.0, 0.90), (1, 9.0, 0.80)]
    return fusion.merge(lexical, vector)


def test_each_chunk_is_one_candidate_with_both_ranks_and_scores(merged):
    found = {c.chunk_id: (c.lexical_rank, c.vector_rank, c.bm25, c.cosine) for c in merged}
    assert found == {1: (1, 3, 9.0, 0.80), 2: (2, 2, 6.0, 0.90), 3: (3, None, 1.0, None), 4: (None, 1, 0.0, 0.95)}


def test_the_linear_mix(merged):
    scores = {c.chunk_id: c.score for c in fusion.linear(merged, meaning_share=0.6)}
    expected = {1: 0.4, 2: 0.6 * (0.1 / 0.15) + 0.4 * (6 / 9), 3: 0.4 / 9, 4: 0.6}
    assert scores == pytest.approx(expected)
    assert list(scores) == [2, 4, 1, 3]


def test_the_absolute_mix_depends_on_nothing_else_in_the_list(merged):
    known = {"background": Background(0.8, 0.02), "best_possible": 18.0}
    scores = {c.chunk_id: c.score for c in fusion.absolute(merged, **known)}
    assert scores == pytest.approx({1: 0.5, 2: 0.2 * 5 + 6 / 18, 3: 1 / 18, 4: 0.2 * 7.5})
    assert list(scores) == [4, 2, 1, 3]
    alone = fusion.absolute(merged[1:2], **known)
    assert alone[0].score == scores[alone[0].chunk_id]
    assert [c.score for c in fusion.absolute(merged[2:3], background=Background(0.8, 0.02), best_possible=0.0)] == [0.0]


def test_reciprocal_ranks(merged):
    scores = {c.chunk_id: c.score for c in fusion.reciprocal_rank(merged)}
    assert scores == pytest.approx({1: 1 / 61 + 1 / 63, 2: 2 / 62, 3: 1 / 63, 4: 1 / 61})


def test_one_half_alone_keeps_its_own_list(merged):
    assert [c.chunk_id for c in fusion.by_words(merged)] == [1, 2, 3]
    assert [c.chunk_id for c in fusion.by_meaning(merged)] == [4, 2, 1]


def test_nothing_and_sameness_are_no_errors():
    assert fusion.linear([]) == []
    same = [Candidate(2, 0.5, 0.0, vector_rank=2), Candidate(1, 0.5, 0.0, vector_rank=1)]
    assert [c.chunk_id for c in fusion.linear(same)] == [1, 2]
