from training.promotion.control import LEAST, Share, out_of_control, upper_limit


def test_a_rise_beyond_chance_is_seen():
    assert out_of_control(Share(50, 1_000), Share(30, 200))


def test_a_rise_within_chance_is_not():
    assert not out_of_control(Share(50, 1_000), Share(15, 200))


def test_few_cases_say_nothing():
    assert not out_of_control(Share(0, 1_000), Share(LEAST - 1, LEAST - 1))
    assert not out_of_control(Share(0, LEAST - 1), Share(500, 500))


def test_the_limit_narrows_with_cases_and_never_forbids_a_single_one():
    before = Share(0, 1_000)
    assert 0 < upper_limit(before, 1_000) < upper_limit(before, 100) <= 1
