"""Fitting the risk classifier and what it is worth on questions it has not seen. Arrays only, no database."""

from collections.abc import Sequence
from dataclasses import dataclass

from training.risk.features import SIZE

HELD_UP = 0.05  # share of the answers without need that it may hold up, by which its threshold is chosen
FOLDS, ROUNDS, SEED = 5, 1_000, 7


@dataclass(frozen=True)
class Fitted:
    """`weights`: (place, weight) of places that count; `bias` such that 0.5 is the threshold."""

    weights: tuple[tuple[int, float], ...]
    bias: float


@dataclass(frozen=True)
class Worth:
    """On held-out answers: area under the ROC curve with its bootstrap interval, share of the risky ones found, of the others held up."""

    auc: float
    interval: tuple[float, float]
    recall: float
    held_up: float


def fit(found: Sequence[Sequence[int]], risky: Sequence[bool]) -> Fitted:
    """Logistic regression with ridge; the threshold is where HELD_UP of the fine answers would be held up, by cross-validation."""
    import numpy as np
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    matrix, labels = _matrix(found), np.array(risky, int)
    model = LogisticRegression(class_weight="balanced", solver="liblinear", random_state=SEED)
    folds = StratifiedKFold(min(FOLDS, int(labels.sum()), int(len(labels) - labels.sum())), shuffle=True, random_state=SEED)
    apart = cross_val_predict(model, matrix, labels, cv=folds, method="decision_function")
    threshold = float(np.quantile(apart[labels == 0], 1 - HELD_UP))
    model.fit(matrix, labels)
    weights = tuple((int(place), round(float(model.coef_[0, place]), 4)) for place in np.flatnonzero(np.abs(model.coef_[0]) > 1e-4))
    return Fitted(weights, round(float(model.intercept_[0]) - threshold, 4))


def worth(scores: Sequence[float], risky: Sequence[bool]) -> Worth:
    """`scores`: probabilities, 0.5 = held up. Percentile bootstrap over the answers (Efron 1979)."""
    import numpy as np

    values, labels = np.array(scores), np.array(risky, bool)
    chance = np.random.default_rng(SEED)
    drawn = []
    for _ in range(ROUNDS):
        rows = chance.integers(0, len(labels), len(labels))
        if 0 < labels[rows].sum() < len(labels):
            drawn.append(auc(values[rows], labels[rows]))
    low, high = np.quantile(drawn, (0.025, 0.975)) if drawn else (0.0, 1.0)
    return Worth(
        float(auc(values, labels)), (float(low), float(high)), float((values[labels] >= 0.5).mean()), float((values[~labels] >= 0.5).mean())
    )


def auc(values, labels) -> float:
    """How often a risky answer stands above another, ties half (Mann-Whitney)."""
    import numpy as np

    order = np.argsort(values, kind="stable")
    ranks = np.empty(len(values))
    ranks[order] = np.arange(1, len(values) + 1)
    for value in np.unique(values):
        same = values == value
        ranks[same] = ranks[same].mean()
    positive = labels.sum()
    return float((ranks[labels].sum() - positive * (positive + 1) / 2) / (positive * (len(labels) - positive)))


def _matrix(found: Sequence[Sequence[int]]):
    import numpy as np
    from scipy.sparse import csr_matrix

    ends = np.cumsum([0, *(len(row) for row in found)])
    columns = np.concatenate([np.array(row, int) for row in found]) if len(found) else np.array([], int)
    values = np.concatenate([np.full(len(row), 1 / np.sqrt(max(1, len(row)))) for row in found]) if len(found) else np.array([])
    return csr_matrix((values, columns, ends), shape=(len(found), SIZE))
