"""Questions that ask the same are put together, others are not."""

import pytest

from training.clustering import nearest, pairs_of


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("可以货到付款吗？", "你们可以货到付款吗", True),
        ("有没有儿童款的保温杯", "保温杯有儿童款吗", True),
        ("支持花呗分期吗", "请问支持花呗分期付款吗？", True),
        ("可以货到付款吗", "可以自提吗", False),
        ("保温杯有儿童款吗", "保温杯多少钱", False),
        ("？", "！", True),
    ],
)
def test_alike(one, other, alike):
    assert (nearest(one, [(7, [pairs_of(other)])]) == 7) is alike


def test_the_most_alike_group_wins_and_of_equal_ones_the_older():
    groups = [(2, [pairs_of("花呗分期")]), (1, [pairs_of("支持花呗分期")]), (3, [pairs_of("支持花呗分期")])]
    assert nearest("支持花呗分期吗", groups) == 1
    assert nearest("完全别的事情", groups) is None
