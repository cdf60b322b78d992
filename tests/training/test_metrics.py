import math

import pytest

from training.evaluation.metrics import ndcg, percentile, recall, reciprocal_rank, wilson

GAINS = {"a": 1.0, "b": 2.0}


def test_the_ideal_order_scores_one():
    assert ndcg(["b", "a", "x"], GAINS) == pytest.approx(1.0)


def test_gain_is_two_to_the_relevance_less_one():
    assert ndcg(["a", "b"], GAINS) == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_only_the_first_k_count():
    assert ndcg(["x"] * 10 + ["b"], GAINS) == 0
    assert recall(["x", "a", "b"], GAINS, 2) == 0.5
    assert reciprocal_rank(["x", "b"], GAINS) == 0.5
    assert reciprocal_rank(["x"], GAINS) == 0


def test_percentiles_are_nearest_ranks():
    values = list(range(1, 101))
    assert (percentile(values, 0.5), percentile(values, 0.95), percentile(values, 1)) == (50, 95, 100)
    assert percentile([], 0.5) == 0


def test_an_interval_of_a_share():
    """Wilson's, as in Agresti and Coull 1998: 0 of 10 and 5 of 10."""

    assert wilson(0, 10) == pytest.approx((0.0, 0.2775), abs=1e-3)
    assert wilson(5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-3)
    assert wilson(0, 0) == (0.0, 1.0)
