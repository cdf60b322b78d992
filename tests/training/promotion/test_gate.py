"""The gate opens for what is proved better and for nothing else."""

import random

import pytest
from django.utils.translation import override

from training.promotion.gate import Limits, Measured, decide, questions_needed
from training.promotion.wording import reason, sentence


def scores(number: int, mean: float, seed: int) -> list[float]:
    chance = random.Random(seed)
    return [min(1.0, max(0.0, chance.gauss(mean, 0.2))) for _ in range(number)]


BEFORE = scores(200, 0.6, 1)
BETTER = [min(1.0, value + 0.05) for value in BEFORE]


def test_a_clear_gain_is_promoted():
    verdict = decide(Measured(BEFORE), Measured(BETTER))
    assert verdict.passed
    assert verdict.interval[0] > 0
    assert verdict.difference == pytest.approx(0.05, abs=0.01)


@pytest.mark.parametrize("seed", range(10))
def test_what_was_learned_from_shuffled_labels_is_refused_every_time(seed):
    """Answers to other questions' labels: noise around a loss."""
    after = [max(0.0, value - abs(random.Random(seed * 1000 + place).gauss(0.02, 0.1))) for place, value in enumerate(BEFORE)]
    verdict = decide(Measured(BEFORE), Measured(after))
    assert not verdict.passed
    assert [condition.name for condition in verdict.failed] == ["better"]


def test_the_same_again_is_refused():
    verdict = decide(Measured(BEFORE), Measured(BEFORE))
    assert [condition.name for condition in verdict.failed] == ["better"]


def test_a_gain_that_could_be_chance_is_refused_and_says_how_much_would_prove_it():
    after = [value + (0.3 if place % 2 else -0.28) for place, value in enumerate(BEFORE)]
    verdict = decide(Measured(BEFORE), Measured(after))
    better = next(condition for condition in verdict.conditions if condition.name == "better")
    assert verdict.difference == pytest.approx(0.01)
    assert not better.passed
    assert better.values["needed"] > 2_000


def test_refusals_may_rise_a_little_only():
    before = Measured(BEFORE, rates={"no_hits": 0.05})
    assert decide(before, Measured(BETTER, rates={"no_hits": 0.06})).passed
    assert [condition.name for condition in decide(before, Measured(BETTER, rates={"no_hits": 0.09})).failed] == ["rate"]


def test_few_questions_prove_nothing():
    verdict = decide(Measured(BEFORE[:20]), Measured(BETTER[:20]), Limits(questions=50))
    assert [condition.name for condition in verdict.failed] == ["enough"]


def test_no_questions_at_all_are_refused():
    assert {condition.name for condition in decide(Measured([]), Measured([])).failed} == {"enough", "better"}


def test_one_kind_of_question_may_not_pay_for_the_others():
    places = list(range(40))
    after = [value - 0.1 if place in places else value + 0.1 for place, value in enumerate(BEFORE)]
    verdict = decide(Measured(BEFORE, {"head": places}), Measured(after, {"head": places}))
    assert [condition.name for condition in verdict.failed] == ["slice"]


def test_a_slice_of_few_questions_is_not_judged():
    places = list(range(5))
    after = [value - 0.1 if place in places else value + 0.1 for place, value in enumerate(BEFORE)]
    assert decide(Measured(BEFORE, {"head": places}), Measured(after, {"head": places})).passed


def test_safety_may_not_be_worse_by_anything():
    before, after = Measured(BEFORE, safety={"off_topic": 0.02}), Measured(BETTER, safety={"off_topic": 0.025})
    assert [condition.name for condition in decide(before, after).failed] == ["safety"]
    assert decide(before, Measured(BETTER, safety={"off_topic": 0.02})).passed


def test_a_slow_candidate_is_refused():
    verdict = decide(Measured(BEFORE, p95_ms=20), Measured(BETTER, p95_ms=40))
    assert [condition.name for condition in verdict.failed] == ["latency"]


def test_releases_are_compared_on_the_same_questions_only():
    with pytest.raises(ValueError):
        decide(Measured(BEFORE), Measured(BETTER[:-1]))


def test_the_number_of_questions_that_would_prove_it():
    assert questions_needed([0.1, -0.05] * 50) > 30
    assert questions_needed([-0.1] * 50) == 0


def test_every_finding_is_a_sentence_with_its_figures():
    verdict = decide(
        Measured(BEFORE, {"tail": range(60)}, {"off_topic": 0.0}, {"no_hits": 0.0}, 10.0),
        Measured(BEFORE, {"tail": range(60)}, {"off_topic": 0.1}, {"no_hits": 0.1}, 90.0),
    )
    with override("en"):
        for condition in verdict.to_json():
            assert "%(" not in sentence(condition)
        assert "must not rise" in reason(verdict.to_json())
        assert "more labels" in reason(verdict.to_json())
