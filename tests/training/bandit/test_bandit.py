"""Choosing arms by chance, and judging them by what chance did."""

import numpy as np
import pytest

from training.bandit.offpolicy import Logged, advantage, better_proven, doubly_robust, ips, snips
from training.bandit.propensities import FLOOR, propensities
from training.bandit.simulation import bench_bandit
from training.bandit.thompson import DIMENSIONS, PRIOR_MEAN, Posterior

CONTEXT = np.array([1.0, 0.0, 1.0, 0.0])


def known(rewards: list[float]) -> Posterior:
    posterior = Posterior.prior()
    for reward in rewards:
        posterior = posterior.learned(CONTEXT, reward)
    return posterior


def shares(arms: list[Posterior], **changed) -> np.ndarray:
    options = {"default": 0, "most_explored": 1.0, "random": np.random.default_rng(1)} | changed
    return propensities(arms, CONTEXT, **options)


def test_the_prior_expects_half():
    assert Posterior.prior().mean(CONTEXT) == pytest.approx(PRIOR_MEAN)


def test_rewards_pull_the_mean_and_narrow_the_draws():
    random = np.random.default_rng(1)
    assert known([1.0] * 50).mean(CONTEXT) > 0.9
    assert known([0.0] * 50).mean(CONTEXT) < 0.1
    assert known([1.0] * 50).draws(CONTEXT, 2_000, random).std() < Posterior.prior().draws(CONTEXT, 2_000, random).std() / 2


def test_a_reward_of_no_weight_teaches_nothing():
    assert Posterior.prior().learned(CONTEXT, 1.0, 0.0).mean(CONTEXT) == pytest.approx(PRIOR_MEAN)


def test_a_posterior_survives_its_row():
    again = Posterior.from_json(known([1.0, 0.0, 1.0]).to_json())
    assert again.mean(CONTEXT) == pytest.approx(known([1.0, 0.0, 1.0]).mean(CONTEXT), abs=1e-5)


def test_the_better_arm_is_chosen_more_often_and_none_never():
    found = shares([known([0.0] * 60), known([1.0] * 60)])
    assert found.sum() == pytest.approx(1.0)
    assert found[1] > 0.9
    assert found[0] >= FLOOR


def test_all_arms_but_the_default_together_stay_below_the_cap():
    found = shares([known([0.0] * 60), known([1.0] * 60), known([1.0] * 60)], most_explored=0.1)
    assert found[0] == pytest.approx(0.9)
    assert found[1:].sum() == pytest.approx(0.1)


def test_nothing_is_tried_when_nothing_may_be():
    assert shares([Posterior.prior()] * 3, default=2, most_explored=0.0).tolist() == [0.0, 0.0, 1.0]


def by_chance(number: int) -> list[Logged]:
    """Arm 1 earns 0.8, arm 0 earns 0.4; arm 0 is chosen four times out of five."""
    random = np.random.default_rng(3)
    rows = []
    for _ in range(number):
        arm = int(random.random() < 0.2)
        rows.append(Logged(arm, (0.8, 0.2, 0.0), tuple(CONTEXT), float(random.random() < (0.8 if arm else 0.4))))
    return rows


@pytest.mark.parametrize("estimator", [ips, snips, doubly_robust])
@pytest.mark.parametrize(("arm", "truth"), [(0, 0.4), (1, 0.8)])
def test_estimates_find_what_each_arm_earns(estimator, arm, truth):
    found = estimator(by_chance(4_000), arm)
    assert found.value == pytest.approx(truth, abs=0.05)
    assert found.low < truth < found.high


def test_ips_is_the_formula():
    said = [(1, 0.5, 1.0), (0, 0.5, 1.0), (1, 0.75, 0.0), (1, 0.5, 1.0)]
    rows = [Logged(arm, (0.5, share), tuple(CONTEXT), reward) for arm, share, reward in said]
    assert ips(rows, 1).value == pytest.approx((1 / 0.5 + 0 + 0 + 1 / 0.5) / 4)
    assert snips(rows, 1).value == pytest.approx((2 / 0.5) / (2 / 0.5 + 1 / 0.75))


def test_what_is_better_is_proven_and_what_is_as_good_is_not():
    rows = [Logged(row.arm, (0.8, 0.2), row.context, row.reward) for row in by_chance(4_000)]
    found = advantage(rows, 1, 0)
    assert found.value == pytest.approx(0.4, abs=0.06)
    assert found.low < 0.4 < found.high
    assert better_proven(rows, 1, 0, 2)
    assert not better_proven(rows, 0, 1, 2)
    assert not better_proven(rows, 0, 0, 2)
    assert not better_proven(rows[:100], 1, 0, 2)  # of the arm there are too few
    random = np.random.default_rng(5)
    alike = [Logged(row.arm, row.shares, row.context, float(random.random() < 0.6)) for row in rows]
    assert not any(better_proven(alike[:seen], 1, 0, 2) for seen in range(400, 4_001, 400))


@pytest.mark.parametrize("many", [3, 6])
def test_every_arm_keeps_its_floor_where_the_cap_does_not_bind(many):
    found = shares([known([1.0] * 60), *[known([0.0] * 60)] * (many - 1)], most_explored=0.5)
    assert found.sum() == pytest.approx(1.0)
    assert found.min() >= FLOOR


@pytest.mark.parametrize("estimator", [ips, snips, doubly_robust])
def test_what_was_seen_twice_says_nothing(estimator):
    found = estimator([Logged(1, (0.5, 0.5), tuple(CONTEXT), 1.0)] * 2, 1)
    assert (found.low, found.high) == (0.0, 1.0)


def test_the_cap_leaves_each_arm_its_floor():
    found = shares([known([1.0] * 90), known([0.0] * 60), known([1.0] * 90), known([0.0] * 60)], default=1, most_explored=0.2)
    assert found[1] == pytest.approx(0.8)
    assert found.sum() == pytest.approx(1.0)
    assert found.min() >= FLOOR


def test_an_arm_nobody_met_may_be_anything():
    found = snips(by_chance(100), 2)
    assert (found.low, found.high) == (0.0, 1.0)


def test_an_estimate_that_ignores_propensities_would_be_wrong():
    """The check can fail: with rewards that depend on the context and choices too, the plain mean is off, the estimates are not."""
    random = np.random.default_rng(5)
    rows = []
    for _ in range(6_000):
        hard = float(random.random() < 0.5)
        chance = 0.9 if hard else 0.1  # the arm is mostly tried on hard questions
        arm = int(random.random() < chance)
        reward = float(random.random() < (0.3 if hard else 0.9))
        rows.append(Logged(arm, (1 - chance, chance), (1.0, hard, 0.0, 0.0), reward))
    plain = np.mean([row.reward for row in rows if row.arm == 1])
    assert abs(plain - 0.6) > 0.15
    for estimator in (ips, snips, doubly_robust):
        assert estimator(rows, 1).low < 0.6 < estimator(rows, 1).high


def test_in_simulation_learning_regrets_less_than_chance():
    result = bench_bandit({"runs": 2, "customers": 600, "most_explored": 0.3}, lambda text: None)
    assert result["regret_at_end"]["thompson"] < 0.7 * result["regret_at_end"]["uniform"]
    assert set(result["coverage"]) == {"ips", "snips", "doubly_robust"}
    assert len(CONTEXT) == DIMENSIONS
