"""What a base learns of its own questions: an affine step after the query encoder, against passages that stay as they are.

The same objective as the query tower (softmax over the base's passages; Zhai et al., LiT, 2022) for a map q -> normalise(q + W q + b) that
begins at nothing (cf. linear adapters on frozen embeddings; Houlsby et al., Parameter-efficient transfer learning, 2019). It trains in
seconds on vectors made once. How long is decided by cross-validation over clusters of questions, which also gives every question a vector
from a head that has not seen it: order and relevance are learned from those. Those questions are unlike every label. Where they gain
nothing, the longest training that costs them nothing is offered if it helps labelled questions that come back in other words, which
cross-validation question by question tells. A base that gains neither way gets no head.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from training.trainers.types import GoesOn, Stopped, ndcg_rows

if TYPE_CHECKING:
    import numpy as np

STAGE = "train"
LEAST_GAIN = 0.002  # nDCG@10 of questions left out; less is none
MOST_LOSS = 0.002  # the same; beyond it there is no head
MOST_PASSAGES = 20_000  # of a softmax: what the questions are near to, and others by chance
NEAR = 50  # passages nearest to a question that stay in the softmax


@dataclass(frozen=True)
class HeadSettings:
    """`epochs`: at most. `rate`: AdamW's, constant. `temperature` of the softmax. `folds` of the cross-validation where there are fewer than
    `few` questions, 3 beyond; `patience`: epochs without gain in a fold before it stops.

    On docs_tidb and docs_ucloud 0.01 beat 0.02 and 0.04, and 3e-4 the rates beside it, by questions left out.
    """

    epochs: int = 16
    batch: int = 32
    rate: float = 3e-4
    temperature: float = 0.01
    folds: int = 5
    few: int = 800
    patience: int = 5
    seed: int = 1
    threads: int = 1


@dataclass(frozen=True)
class Asked:
    """Questions of one base: `vectors` float32 (n, dim), L2-normalised; `groups[i]`: passage rows of question i's right documents, a tuple
    each; `clusters[i]`: equal for questions that mean the same; `measures[i]`: False for synthetic ones, which only train."""

    vectors: "np.ndarray"
    groups: Sequence[tuple[tuple[int, ...], ...]]
    clusters: Sequence[str]
    measures: Sequence[bool]


@dataclass(frozen=True)
class TrainedHead:
    """`matrix`: float32 (dim, dim + 1) of the head (scrm.ai.heads), None when nothing was gained. `unseen`: float32 (n, dim), each question
    turned by a head that was not trained on its cluster. `ndcg`: at 10, by meaning alone, of questions left out: before, after."""

    matrix: "np.ndarray | None"
    unseen: "np.ndarray"
    ndcg: tuple[float, float]
    epochs: int
    seconds: float


def train(
    asked: Asked,
    passages: "np.ndarray",
    documents: "np.ndarray",
    settings: HeadSettings,
    goes_on: GoesOn = lambda stage, done, total: True,
) -> TrainedHead:
    """passages: float32 (p, dim), L2-normalised; documents: int (p,). Raises Stopped when `goes_on` says no."""
    import numpy as np
    import torch

    torch.set_num_threads(max(1, settings.threads))
    began = time.perf_counter()
    base = _Base(asked, passages, documents, settings)
    folds = _folds(asked.clusters, settings.folds if len(asked.groups) < settings.few else 3)
    stops = [_stop(base, fold, f"{number + 1}", goes_on) for number, fold in enumerate(folds)]
    before, curve, turned = _together(base, folds, stops)
    epochs = epochs_of(before, curve)
    if not epochs or not (curve[epochs - 1] >= before + LEAST_GAIN or _helps_again(base, epochs, len(folds), goes_on)):
        return TrainedHead(None, asked.vectors, (before, before), 0, time.perf_counter() - began)
    after = float(curve[epochs - 1])
    unseen = np.array(asked.vectors)
    for fold, states in zip(folds, turned, strict=True):
        unseen[fold] = states[epochs - 1]
    everything = list(range(len(asked.groups)))
    matrix = next(m for number, m in enumerate(base.epochs(everything), 1) if _told(goes_on, number, epochs) and number == epochs)
    return TrainedHead(matrix, unseen, (before, after), epochs, time.perf_counter() - began)


def epochs_of(before: float, curve: Sequence[float]) -> int:
    """How long to train, 0 for not at all. `curve`: nDCG@10 of questions left out after each epoch, `before`: without a head.

    The best epoch where it gains LEAST_GAIN, else the last one that loses no more than MOST_LOSS.
    """
    best = max(range(len(curve)), key=lambda epoch: curve[epoch], default=None)
    if best is not None and curve[best] >= before + LEAST_GAIN:
        return best + 1
    return max((epoch for epoch, value in enumerate(curve, 1) if value >= before - MOST_LOSS), default=0)


def _helps_again(base: "_Base", epochs: int, folds: int, goes_on: GoesOn) -> bool:
    """Do questions gain by labels of others that mean the same? Cross-validated question by question."""
    alone = _folds([str(question) for question in range(len(base.groups))], folds)
    before, curve, _turned = _together(base, alone, [_stop(base, fold, f"again {number}", goes_on) for number, fold in enumerate(alone, 1)])
    return len(curve) >= epochs and curve[epochs - 1] >= before + LEAST_GAIN


class _Base:
    """One base's questions and passages as tensors."""

    def __init__(self, asked: Asked, passages, documents, settings: HeadSettings):
        import torch

        rows = _softmax_rows(asked, passages, settings.seed)
        place = {int(row): at for at, row in enumerate(rows)}
        self.asked, self.settings = asked, settings
        self.documents = documents[rows]
        self.groups = [tuple(tuple(place[row] for row in group) for group in groups) for groups in asked.groups]
        self.questions, self.passages = torch.from_numpy(asked.vectors), torch.from_numpy(passages[rows])

    def epochs(self, questions: Sequence[int]):
        """The matrix after every epoch, without end."""
        import torch

        torch.manual_seed(self.settings.seed)
        head = torch.nn.Linear(self.questions.shape[1], self.questions.shape[1])
        for parameter in head.parameters():
            torch.nn.init.zeros_(parameter)
        optimiser = torch.optim.AdamW(head.parameters(), lr=self.settings.rate, weight_decay=0.01)
        pairs = [(question, group) for question in questions for group in self.groups[question]]
        generator = torch.Generator().manual_seed(self.settings.seed)
        while True:
            order = torch.randperm(len(pairs), generator=generator).tolist()
            for start in range(0, len(order), self.settings.batch):
                self._step(head, optimiser, [pairs[at] for at in order[start : start + self.settings.batch]])
            yield torch.cat([head.weight, head.bias[:, None]], 1).detach().numpy().copy()

    def _step(self, head, optimiser, pairs: Sequence[tuple[int, tuple[int, ...]]]) -> None:
        import torch

        queries = self.questions[[question for question, _group in pairs]]
        turned = torch.nn.functional.normalize(queries + head(queries), dim=-1)
        logits = turned @ self.passages.T / self.settings.temperature
        this, right = torch.zeros(logits.shape, dtype=torch.bool), torch.zeros(logits.shape, dtype=torch.bool)
        for row, (question, group) in enumerate(pairs):
            this[row, list(group)] = True
            right[row, [place for each in self.groups[question] for place in each]] = True
        one = logits.masked_fill(~this, -torch.inf).logsumexp(1)
        others = logits.masked_fill(right, -torch.inf).logsumexp(1)
        loss = (torch.logaddexp(one, others) - one).mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()

    def measure(self, vectors: "np.ndarray", questions: Sequence[int]) -> list[float]:
        """nDCG@10 of these questions asked by these vectors."""
        return ndcg_rows(vectors @ self.passages.numpy().T, [self.groups[question] for question in questions], self.documents)


def _stop(base: _Base, fold: Sequence[int], name: str, goes_on: GoesOn) -> list[tuple["np.ndarray", list[float]]]:
    """After every epoch of training without the fold: its questions' vectors, and nDCG@10 of those that measure."""
    from scrm.ai import heads

    left_out = set(fold)
    others = [question for question in range(len(base.asked.groups)) if question not in left_out]
    judged = [at for at, question in enumerate(fold) if base.asked.measures[question]]
    found, best, waited = [], -1.0, 0
    for number, matrix in enumerate(base.epochs(others), 1):
        turned = heads.apply(matrix, base.asked.vectors[fold])
        each = base.measure(turned[judged], [fold[at] for at in judged])
        found.append((turned, each))
        mean = sum(each) / max(1, len(each))
        best, waited = (mean, 0) if mean > best else (best, waited + 1)
        if not _told(goes_on, number, base.settings.epochs) or waited > base.settings.patience or number >= base.settings.epochs:
            return found
    return found


def _together(base: _Base, folds, stops) -> tuple[float, "np.ndarray", list[list["np.ndarray"]]]:
    """(nDCG@10 before, after each epoch, vectors of each fold after each epoch); a fold that stopped early stays where it ended."""
    import numpy as np

    measured = [question for question, counts in enumerate(base.asked.measures) if counts]
    before = base.measure(base.asked.vectors[measured], measured) if measured else []
    longest = max((len(states) for states in stops), default=0)
    curve, turned = np.zeros(longest), []
    for states in stops:
        states += [states[-1]] * (longest - len(states))
        curve += [sum(each) for _vectors, each in states]
        turned.append([vectors for vectors, _each in states])
    count = max(1, len(measured))
    return sum(before) / count, curve / count, turned


def _folds(clusters: Sequence[str], count: int) -> list[list[int]]:
    """Questions of each fold; a cluster is never divided. Its side is its name's hash, the same on every machine."""
    from training.datasets.types import digest

    folds: list[list[int]] = [[] for _ in range(count)]
    for question, cluster in enumerate(clusters):
        folds[int(digest("fold", cluster)[:8], 16) % count].append(question)
    return [fold for fold in folds if fold]


def _softmax_rows(asked: Asked, passages, seed: int) -> "np.ndarray":
    """Rows of the passages that the softmax runs over, in order: all of them, or in a large base the near ones and others by chance."""
    import numpy as np

    if len(passages) <= MOST_PASSAGES:
        return np.arange(len(passages))
    kept = {row for groups in asked.groups for group in groups for row in group}
    for start in range(0, len(asked.vectors), 256):
        scores = asked.vectors[start : start + 256] @ passages.T
        kept.update(np.argpartition(-scores, NEAR, axis=1)[:, :NEAR].ravel().tolist())
    others = np.setdiff1d(np.arange(len(passages)), np.fromiter(kept, int))
    chosen = np.random.default_rng(seed).permutation(others)[: max(0, MOST_PASSAGES - len(kept))]
    return np.sort(np.concatenate([np.fromiter(kept, int), chosen]))


def _told(goes_on: GoesOn, done: int, total: int) -> bool:
    if not goes_on(STAGE, done, total):
        raise Stopped
    return True
