"""Who says nothing contradicts nobody."""

import pytest

from training.agreement import kappa
from training.settling import CORRECTED, ERROR, PASSAGES, REJECTED, Said, differences, settled

FIRST = Said(1, {10: 2, 11: 0}, "reading", "应当如此。")


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (Said(2), frozenset()),
        (Said(2, {10: 2}, "reading", "应当 如此。"), frozenset()),
        (Said(2, {10: 1}), frozenset({PASSAGES})),
        (Said(2, {12: 0}, "tone"), frozenset({ERROR})),
        (Said(2, {}, "", "不是这样。"), frozenset({CORRECTED})),
        (Said(2, rejected=True), frozenset({REJECTED})),
    ],
)
def test_differences(other, expected):
    assert differences([FIRST, other]) == expected


def test_what_one_left_open_the_other_says():
    word = settled([Said(1, {10: 2}), Said(2, {11: 0}, "reading", "好。")])
    assert (word.grades, word.authors, word.error, word.corrected) == ({10: 2, 11: 0}, {10: 1, 11: 2}, "reading", "好。")


def test_kappa_of_cohens_kind():
    """20 yes-yes, 15 no-no, 5 and 10 mixed of 50: observed 0.7, by chance 0.5."""
    pairs = [(1, 1)] * 20 + [(1, 0)] * 5 + [(0, 1)] * 10 + [(0, 0)] * 15
    assert kappa(pairs) == pytest.approx(0.4)
    assert kappa([]) is None
    assert kappa([(1, 1)]) is None
