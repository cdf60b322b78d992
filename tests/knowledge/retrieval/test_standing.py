import math

import pytest

from knowledge.retrieval.standing import Standing, standing, summary


def test_rank_of_the_first_right_passage_and_the_gain_of_all():
    row = standing([0, 1, 2], [], [2, 1])
    assert (row.rank, row.rejected) == (3, False)
    ideal = 3 + 1 / math.log2(3)
    assert row.ndcg == pytest.approx((1 / math.log2(3) + 3 / 2) / ideal)


@pytest.mark.parametrize(("hits", "known", "rank"), [([2], [2], 1), ([1], [1], 1), ([1, 2], [2, 1], 2), ([0], [2], None), ([0], [0], None)])
def test_right_is_the_highest_grade_anybody_gave(hits, known, rank):
    assert standing(hits, [], known).rank == rank


def test_a_right_passage_below_the_threshold_is_told_apart():
    assert standing([0], [0, 2], [2]) == Standing(None, True, 0.0)
    assert standing([2], [2], [2]).rejected is False


def test_means_over_questions():
    row = summary([Standing(1, False, 1.0), Standing(4, False, 0.5), Standing(None, False, 0.0), Standing(3, False, 0.5)])
    assert (row.questions, row.ndcg, row.hit_at_3) == (4, 0.5, 0.5)
    assert row.reciprocal == pytest.approx((1 + 1 / 4 + 1 / 3) / 4)
    assert summary([]).ndcg == 0
