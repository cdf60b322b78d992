from training.promotion.control import LEAST, Share, out_of_control, upper_limit
from training.promotion.watching import bench_control


def test_a_rise_beyond_chance_is_seen():
    assert out_of_control(Share(50, 1_000), Share(40, 200))


def test_a_rise_within_chance_is_not():
    assert not out_of_control(Share(50, 1_000), Share(15, 200))


def test_few_cases_say_nothing():
    assert not out_of_control(Share(0, 1_000), Share(LEAST - 1, LEAST - 1))
    assert not out_of_control(Share(0, LEAST - 1), Share(500, 500))


def test_the_limit_narrows_with_cases_and_never_forbids_a_single_one():
    before = Share(0, 1_000)
    assert 0 < upper_limit(before, 1_000) < upper_limit(before, 100) <= 1


def test_what_is_known_from_few_cases_forbids_less():
    assert upper_limit(Share(10, 100), 500) > upper_limit(Share(100, 1_000), 500)


def test_looking_often_at_two_figures_sends_few_good_releases_back_and_the_bad_ones_soon():
    options = {"runs": 40, "days": 21, "questions": 60, "known": 700, "seed": 3}
    found = bench_control(options, lambda line: None)
    assert found["no_worse"]["sent_back"] <= 0.05
    assert found["refuses_twice"]["sent_back"] >= 0.95
    assert found["refuses_twice"]["median_days"] < 6
    assert found["unsolved_twice"]["sent_back"] >= 0.6
