"""What one ranking gains over another, with its interval."""

import pytest

from training.evaluation.metrics import paired_interval
from training.evaluation.retrieval import Asked, compared
from training.evaluation.retrieval_sets import Question


def test_the_interval_holds_the_difference_and_narrows_with_agreement():
    low, high = paired_interval([1.0, 0.5, 0.8, 0.6] * 50, [0.5, 0.5, 0.2, 0.6] * 50)
    assert low < 0.275 < high
    assert paired_interval([0.7] * 20, [0.5] * 20) == pytest.approx((0.2, 0.2))


def test_chance_alone_is_not_a_gain():
    low, high = paired_interval([1.0, 0.0] * 30, [0.0, 1.0] * 30)
    assert low < 0 < high


def test_hybrid_is_compared_with_its_better_half():
    question = Question("?", {"a": 1.0})

    def asked(*names):
        return [Asked(question, names, 1.0)] * 4

    gain = compared({"hybrid": asked("a"), "vector": asked("b", "a"), "lexical": asked("b")})["gain"]
    assert (gain["over"], gain["ndcg@10"]) == ("vector", pytest.approx(1 - 0.6309, abs=1e-4))
    assert compared({"hybrid": asked("a")}) == {}
