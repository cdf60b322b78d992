"""What goes into a training and comes out of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

GoesOn = Callable[[str, int, int], bool]  # stage, done, total -> whether to go on


@dataclass(frozen=True)
class Labelled:
    """Questions with their right passages: `groups[i]` holds for question i one tuple of passage rows a document, one group at least."""

    questions: Sequence[str]
    groups: Sequence[tuple[tuple[int, ...], ...]]

    def __len__(self) -> int:
        return len(self.questions)


@dataclass(frozen=True)
class TowerSettings:
    """`layers`: the topmost so many are trained, 0 = all: the upper half costs a third (measured: 2.1 instead of 6.0 CPU seconds a step of 40
    questions, without dropout) and forgets less. `temperature` of the softmax over all passages; `rate`: AdamW's, warmed up over a tenth of the steps and then linearly to zero.

    `keep`: weight of staying where one was on general questions, against forgetting. `patience`: epochs without gain on dev before it
    stops. `threads`: of torch, 0 = as it is. `least_alike`: least mean cosine of new and old vectors on general questions it never saw;
    at 0.976 four other sets lost up to 0.020 nDCG@10 by meaning alone, at half the way up to 0.008.
    """

    epochs: int = 3
    batch: int = 32
    rate: float = 3e-5
    layers: int = 6
    temperature: float = 0.02
    keep: float = 10.0
    keep_batch: int = 4
    patience: int = 1
    seed: int = 1
    threads: int = 2
    least_alike: float = 0.99
    checkpoint_s: float = 60.0


@dataclass(frozen=True)
class Trained:
    """`share`: how far the weights went from the old to the trained ones, 0 = nothing was gained. `folder`: the model, None at share 0.

    `alike`: mean cosine of new and old vectors on general questions. `losses`: mean of each epoch. `dev`: nDCG@10 before, and after.
    """

    folder: str | None
    share: float
    alike: float
    dev: tuple[float, float]
    losses: tuple[float, ...] = ()
    steps: int = 0
    seconds: float = 0.0
    shares: dict[str, tuple[float, float]] = field(default_factory=dict)


class Stopped(Exception):
    """Somebody cancelled; the last checkpoint stays."""


def ndcg_rows(scores: "np.ndarray", groups: Sequence[tuple[tuple[int, ...], ...]], documents: "np.ndarray", k: int = 10) -> list[float]:
    """nDCG@k over documents, each at its best passage, of every question. scores: float (questions, passages); documents: int (passages,)."""
    import numpy as np

    from training.evaluation.metrics import ndcg

    result = []
    for row, positives in zip(scores, groups, strict=True):
        wanted = {str(documents[group[0]]): 1.0 for group in positives}
        near = np.argpartition(-row, min(5 * k, len(row) - 1))[: 5 * k + 1]
        ranked = list(dict.fromkeys(str(documents[place]) for place in near[np.argsort(-row[near], kind="stable")]))
        result.append(ndcg(ranked, wanted, k))
    return result
