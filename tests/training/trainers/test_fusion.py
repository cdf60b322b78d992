"""Order and relevance: what the labels say is learned, and few labels move little."""

import numpy as np
import pytest

from training.trainers.fusion import Question, fit_order, fit_relevance, lowered


def questions(number: int, seed: int = 1) -> list[Question]:
    """The second figure alone tells right from wrong."""
    chance = np.random.default_rng(seed)
    made = []
    for _ in range(number):
        figures = chance.normal(size=(20, 3))
        right = np.zeros(20, bool)
        right[np.argmax(figures[:, 1] + 0.1 * chance.normal(size=20))] = True
        made.append(Question(figures, right))
    return made


def best_is_right(weights, asked) -> float:
    return float(np.mean([each.right[np.argmax(each.figures @ np.array(weights))] for each in asked]))


def test_order_is_learned():
    start = [1.0, 0.0, 0.0]
    weights = fit_order(questions(200), start)
    unseen = questions(100, seed=2)
    assert best_is_right(weights, unseen) > 0.8 > 0.3 > best_is_right(start, unseen)


def test_few_labels_move_less_than_many():
    start = [1.0, 0.0, 0.0]
    few, many = fit_order(questions(3), start), fit_order(questions(200), start)
    assert 0 < few[1] < many[1] / 3


def test_without_labels_nothing_moves():
    assert fit_order([], [0.5, 0.1]) == [0.5, 0.1]
    nothing_right = Question(np.ones((4, 2)), np.zeros(4, bool))
    assert fit_order([nothing_right], [0.5, 0.1]) == [0.5, 0.1]
    assert fit_relevance(np.empty((0, 2)), np.ones((3, 2)), [-1.0, 1.0, 1.0]) == [-1.0, 1.0, 1.0]


def test_relevance_tells_right_from_wrong():
    chance = np.random.default_rng(4)
    right, wrong = chance.normal((4, 0.5), 1, (300, 2)), chance.normal((0, 0.1), 1, (900, 2))
    weights = np.array(fit_relevance(right, wrong, [-3.0, 0.3, 5.0]))
    said = 1 / (1 + np.exp(-(weights[0] + np.vstack([right, wrong]) @ weights[1:])))
    assert said[:300].mean() > 0.8
    assert said[300:].mean() < 0.2


def test_questions_of_another_field_find_no_more_than_allowed():
    off_topic = np.random.default_rng(5).normal(0, 1, (200, 5, 2))
    weights = lowered([2.0, 1.0, 1.0], off_topic, 0.15, 0.05)
    points = (weights[0] + off_topic @ np.array(weights[1:])).max(1)
    assert (1 / (1 + np.exp(-points)) >= 0.15).mean() <= 0.05
    assert weights[1:] == [1.0, 1.0]


def test_the_bar_is_never_lowered():
    assert lowered([-50.0, 1.0, 1.0], np.zeros((10, 5, 2)), 0.15, 0.5)[0] == pytest.approx(-50.0)
