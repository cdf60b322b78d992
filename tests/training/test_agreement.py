"""Krippendorff's alpha, against the worked example of its author."""

import pytest

from training.agreement import alpha, interval, nominal

# Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", data of four observers and twelve units.
OBSERVERS = ["123321412...", "1233224125.3", ".3332342251.", "12332441251."]
UNITS = [[float(mark) for mark in marks if mark != "."] for marks in zip(*OBSERVERS, strict=True)]


@pytest.mark.parametrize(("difference", "expected"), [(nominal, 0.743), (interval, 0.849)])
def test_the_published_example(difference, expected):
    assert alpha(UNITS, difference) == pytest.approx(expected, abs=0.0005)


def test_agreement_and_none():
    assert alpha([[0, 0], [2, 2]]) == 1
    assert alpha([[0, 2], [2, 0]]) < 0
    assert alpha([[1], [2]]) is None
    assert alpha([[1, 1], [1, 1]]) is None
