"""Order and relevance learned from labels in seconds: two convex problems of a dozen coefficients. No database, no torch.

Order: softmax over each question's candidates, cross-entropy with the right ones (Cao et al., ListNet, 2007). Relevance: logistic
regression, right and wrong weighing the same. Both by Newton's method, and both held to where they start by a ridge, so that few labels
move them little.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

STEPS = 30
ORDER_RIDGE = 20.0  # as much as so many questions
RELEVANCE_RIDGE = 20.0


@dataclass(frozen=True)
class Question:
    """One question's candidates: `figures` float (candidates, figures), `right` bool (candidates,)."""

    figures: "np.ndarray"
    right: "np.ndarray"


def fit_order(questions: Sequence[Question], start: Sequence[float], *, ridge: float = ORDER_RIDGE) -> list[float]:
    """Coefficients of the figures; `start` when no question has both right and wrong candidates."""
    import numpy as np

    usable = [each for each in questions if each.right.any() and not each.right.all()]
    weights = origin = np.asarray(start, float)
    if not usable:
        return list(origin)
    scale = np.vstack([each.figures - each.figures.mean(0) for each in usable]).std(0) + 1e-6
    penalty = np.diag(ridge * scale**2)  # in deviations of each figure, or small figures would never move

    def loss_at(at: "np.ndarray") -> float:
        distance = at - origin
        return sum(_question_loss(each, at) for each in usable) + 0.5 * distance @ penalty @ distance

    loss = loss_at(weights)
    for _ in range(STEPS):
        gradient, curve = penalty @ (weights - origin), penalty.copy()
        for each in usable:
            mean, right, spread = _moments(each, weights)
            gradient += mean - right
            curve += spread
        step = np.linalg.solve(curve + 1e-9 * np.eye(len(weights)), gradient)
        weights, loss, moved = _descend(weights, step, loss, loss_at)
        if moved < 1e-6:
            break
    return [float(value) for value in weights]


def fit_relevance(right: "np.ndarray", wrong: "np.ndarray", start: Sequence[float], *, ridge: float = RELEVANCE_RIDGE) -> list[float]:
    """(intercept, per feature ...) of a logistic regression; right, wrong: float (passages, features). `start` when one is empty."""
    import numpy as np

    origin = weights = np.asarray(start, float)
    if not len(right) or not len(wrong):
        return list(origin)
    rows = np.vstack([right, wrong])
    rows = np.hstack([np.ones((len(rows), 1)), rows])
    truth = np.concatenate([np.ones(len(right)), np.zeros(len(wrong))])
    share = np.where(truth == 1, 0.5 / len(right), 0.5 / len(wrong)) * min(len(right), len(wrong)) * 2
    scale = rows.std(0)
    scale[0] = 1.0
    penalty = np.diag(ridge * (scale + 1e-6) ** 2)

    def loss_at(at: "np.ndarray") -> float:
        points, distance = rows @ at, at - origin
        return float((share * (np.logaddexp(0, points) - truth * points)).sum() + 0.5 * distance @ penalty @ distance)

    loss = loss_at(weights)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(rows @ weights, -60, 60)))
        gradient = rows.T @ (share * (chance - truth)) + penalty @ (weights - origin)
        curve = (rows * (share * chance * (1 - chance))[:, None]).T @ rows + penalty
        weights, loss, moved = _descend(weights, np.linalg.solve(curve, gradient), loss, loss_at)
        if moved < 1e-6:
            break
    return [float(value) for value in weights]


def lowered(weights: Sequence[float], off_topic: "np.ndarray", threshold: float, most: float) -> list[float]:
    """The same relevance with its intercept lowered until at most a share `most` of the off-topic questions has a passage above threshold.

    off_topic: float (questions, passages, features), the best passages of each. The intercept is never raised.
    """
    import numpy as np

    if not off_topic.size:
        return list(weights)
    points = (off_topic @ np.asarray(weights[1:]) + weights[0]).max(1)
    bar = np.log(threshold / (1 - threshold))
    allowed = int(np.floor(most * len(points)))
    over = np.sort(points)[::-1][allowed] - bar if allowed < len(points) else -1.0
    return [weights[0] - max(0.0, float(over) + 1e-6), *weights[1:]]


def _descend(weights, step, loss: float, loss_at):
    """Newton's step, halved until the loss falls: (weights, loss, how far it went)."""
    size = 1.0
    while size > 1e-4:
        tried = loss_at(weights - size * step)
        if tried <= loss:
            return weights - size * step, tried, float(abs(size * step).max())
        size /= 2
    return weights, loss, 0.0


def _question_loss(each: Question, weights) -> float:
    import numpy as np

    points = each.figures @ weights
    top = points.max()
    return float(top + np.log(np.exp(points - top).sum()) - points[each.right].mean())


def _moments(each: Question, weights):
    """Mean figures under the softmax, mean figures of the right ones, covariance under the softmax."""
    import numpy as np

    points = each.figures @ weights
    chance = np.exp(points - points.max())
    chance /= chance.sum()
    mean = chance @ each.figures
    centred = each.figures - mean
    return mean, each.figures[each.right].mean(0), (centred * chance[:, None]).T @ centred
