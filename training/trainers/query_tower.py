"""The query encoder alone, against passages that stay as they are in the index.

Softmax over all passages of the base instead of a batch of them: their vectors are there anyway (with one tower frozen this is the exact
objective that in-batch negatives approximate; cf. Karpukhin et al. 2020, and Zhai et al., LiT, 2022, for the locked tower). A question with
several right documents counts once a document, the others left out of the denominator. Against forgetting: on general questions the vectors
are held where they were, and at the end the weights are mixed with the old ones (Wortsman et al., Robust fine-tuning, WiSE-FT, 2022), with
the share that is best on development questions and leaves general questions alone.
"""

import re
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from training.trainers import checkpoints
from training.trainers.types import GoesOn, Labelled, Stopped, TowerSettings, Trained, ndcg_rows

if TYPE_CHECKING:
    import numpy as np

SHARES = (0.25, 0.5, 0.75, 1.0)
LONGEST = 128  # tokens of a question: longer ones are cut while training
STAGE = "train"
_LAYER = re.compile(r"\.layers?\.(\d+)\.")


def train(
    source: Path,
    out: Path,
    target: Path,
    *,
    vectors: "np.ndarray",
    documents: "np.ndarray",
    labelled: Labelled,
    dev: Labelled,
    general: Sequence[str],
    prefix: str,
    settings: TowerSettings,
    goes_on: GoesOn = lambda stage, done, total: True,
) -> Trained:
    """Train the model of folder `source` and write it to `target`; `out` keeps what a killed run goes on from, and the result.

    vectors: float32 (passages, dim), L2-normalised; documents: int (passages,), equal for passages of one document; general: questions
    about anything, the last quarter of which only measures. Raises Stopped when `goes_on` says no.
    """
    if finished := checkpoints.result(out):
        return finished
    run = _Run(source, vectors, documents, prefix, settings)
    held, watched = _halves(general)
    run.remember(held, watched, dev)
    started, losses = time.perf_counter(), run.epochs(labelled, dev, held, out, goes_on)
    share, alike, shares = run.choose(dev, watched)
    folder = None
    if share:
        folder = str(run.save(target))
    seconds = time.perf_counter() - started
    trained = Trained(folder, share, alike, (run.dev_before, shares[str(share)][0]), tuple(losses), run.step, seconds, shares)
    checkpoints.finish(out, trained)
    return trained


def _halves(general: Sequence[str]) -> tuple[list[str], list[str]]:
    cut = len(general) * 3 // 4
    return list(general[:cut]), list(general[cut:])


class _Run:
    """The model with what stays the same while it is trained."""

    def __init__(self, source: Path, vectors, documents, prefix: str, settings: TowerSettings):
        import torch

        from scrm.ai.sources.quiet import load_quietly

        if settings.threads:
            torch.set_num_threads(settings.threads)
        torch.manual_seed(settings.seed)
        self.settings, self.prefix, self.documents = settings, prefix, documents
        self.model = load_quietly(source)
        self.model.max_seq_length = min(self.model.max_seq_length or LONGEST, LONGEST)
        self.longest = self.model.max_seq_length
        self.passages = torch.from_numpy(vectors)
        _freeze(self.model, settings.layers)
        self.trained = {name: each for name, each in self.model.named_parameters() if each.requires_grad}
        self.old = {name: each.detach().clone() for name, each in self.trained.items()}
        self.best = self.old
        self.step, self.dev_before, self.dev_best = 0, 0.0, 0.0
        self.general_old = self.watched_old = None

    def remember(self, held: list[str], watched: list[str], dev: Labelled) -> None:
        """Where general questions stand now, and how well the model finds now."""
        self.general_old, self.watched_old = self.encode(held), self.encode(watched)
        self.dev_before = self.dev_best = self.measure(dev)

    def encode(self, questions: Sequence[str]):
        """float32 (n, dim), without gradients and dropout."""
        import torch

        if not questions:
            return torch.zeros(0, self.passages.shape[1])
        self.model.eval()
        order = sorted(range(len(questions)), key=lambda place: len(questions[place]))
        found = torch.zeros(len(questions), self.passages.shape[1])
        with torch.no_grad():
            for start in range(0, len(order), 64):
                places = order[start : start + 64]
                found[places] = self.forward([questions[place] for place in places])
        return found

    def forward(self, questions: Sequence[str]):
        import torch

        tokens = self.model.tokenizer(
            [self.prefix + question for question in questions], padding=True, truncation=True, max_length=self.longest, return_tensors="pt"
        )
        features = {"input_ids": tokens["input_ids"], "attention_mask": tokens["attention_mask"]}
        for stage in self.model:
            features = stage(features)
        return torch.nn.functional.normalize(features["sentence_embedding"], dim=-1)

    def measure(self, dev: Labelled) -> float:
        if not len(dev):
            return 0.0
        scores = (self.encode(dev.questions) @ self.passages.T).numpy()
        each = ndcg_rows(scores, dev.groups, self.documents)
        return sum(each) / len(each)

    def epochs(self, labelled: Labelled, dev: Labelled, held: list[str], out: Path, goes_on: GoesOn) -> list[float]:
        """Mean loss of each epoch; afterwards `best` holds the weights of the epoch that was best on dev (the last, without dev)."""
        import torch

        per_epoch = -(-len(labelled) // self.settings.batch)
        total = per_epoch * self.settings.epochs
        optimiser = torch.optim.AdamW(self.trained.values(), lr=self.settings.rate, weight_decay=0.01)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _rate_at(step, total))
        state = checkpoints.resume(out, self, optimiser, schedule)
        losses, waited, saved = state.losses, state.waited, time.monotonic()
        while self.step < total:
            epoch, place = divmod(self.step, per_epoch)
            order = _order(len(labelled), self.settings.seed + epoch)
            rows = order[place * self.settings.batch : (place + 1) * self.settings.batch]
            state.running += self.learn(labelled, rows, held, optimiser, schedule)
            self.step += 1
            if self.step % per_epoch == 0:
                losses.append(state.running / per_epoch)
                state.running, waited = 0.0, 0 if self.keep_if_better(dev) else waited + 1
                state.waited = waited
                if waited > self.settings.patience:
                    break
            if time.monotonic() - saved > self.settings.checkpoint_s:
                checkpoints.save(out, self, optimiser, schedule, state)
                saved = time.monotonic()
            if not goes_on(STAGE, self.step, total):
                checkpoints.save(out, self, optimiser, schedule, state)
                raise Stopped
        return losses

    def learn(self, labelled: Labelled, rows: list[int], held: list[str], optimiser, schedule) -> float:
        import torch

        torch.manual_seed(self.settings.seed * 1_000_003 + self.step)  # the same general questions again after a resume
        self.model.train()
        loss = self.contrast(self.forward([labelled.questions[row] for row in rows]), [labelled.groups[row] for row in rows])
        if held and self.settings.keep:
            places = torch.randint(len(held), (self.settings.keep_batch,)).tolist()
            stays = (self.forward([held[place] for place in places]) * self.general_old[places]).sum(-1)
            total = loss + self.settings.keep * (1 - stays).mean()
        else:
            total = loss
        optimiser.zero_grad()
        total.backward()
        torch.nn.utils.clip_grad_norm_(self.trained.values(), 1.0)
        optimiser.step()
        schedule.step()
        return float(loss.detach())

    def contrast(self, queries, groups: Sequence[tuple[tuple[int, ...], ...]]):
        """Mean over (question, right document) of -log softmax: its best-fitting passages against all that are not right."""
        import torch

        logits = queries @ self.passages.T / self.settings.temperature
        losses = []
        for row, documents in zip(logits, groups, strict=True):
            right = torch.tensor(sorted({place for group in documents for place in group}))
            others = torch.logsumexp(row.index_fill(0, right, float("-inf")), 0)
            each = [torch.logsumexp(row[list(group)], 0) for group in documents]
            losses.append(torch.stack([torch.logaddexp(others, one) - one for one in each]).mean())
        return torch.stack(losses).mean()

    def keep_if_better(self, dev: Labelled) -> bool:
        found = self.measure(dev)
        if not len(dev) or found > self.dev_best:
            self.dev_best, self.best = found, {name: each.detach().clone() for name, each in self.trained.items()}
            return True
        return False

    def mix(self, share: float) -> None:
        """Weights = old + share x (best - old)."""
        import torch

        with torch.no_grad():
            for name, each in self.trained.items():
                each.copy_(torch.lerp(self.old[name], self.best[name], share))

    def choose(self, dev: Labelled, watched: list[str]) -> tuple[float, float, dict[str, tuple[float, float]]]:
        """(share, likeness on general questions, {share: (dev nDCG@10, likeness)}); the model then has that share's weights."""
        tried = {"0.0": (self.dev_before, 1.0)}
        for share in SHARES if self.best is not self.old else ():
            self.mix(share)
            tried[str(share)] = (self.measure(dev), self.likeness(watched))
        allowed = {key: value for key, value in tried.items() if value[1] >= self.settings.least_alike}
        share = max(allowed, key=lambda key: (round(allowed[key][0], 3), -float(key)))
        if not len(dev) and len(allowed) > 1:
            share = max(allowed, key=float)
        self.mix(float(share))
        return float(share), tried[share][1], tried

    def likeness(self, watched: list[str]) -> float:
        return float((self.encode(watched) * self.watched_old).sum(-1).mean()) if watched else 1.0

    def save(self, folder: Path) -> Path:
        import shutil

        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        self.model.eval()
        self.model.max_seq_length = 512
        self.model.save(str(folder), create_model_card=False)
        return folder


def _freeze(model, layers: int) -> None:
    """Embeddings stay, and of the numbered layers all but the last `layers` (0: none). Dropout is off: the old vectors hold instead."""
    import torch

    numbered = {name: int(found.group(1)) for name, _ in model.named_parameters() if (found := _LAYER.search(name))}
    first = max(numbered.values(), default=-1) + 1 - layers if layers else 0
    for name, parameter in model.named_parameters():
        parameter.requires_grad = "embeddings" not in name and numbered.get(name, first) >= first
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0


def _rate_at(step: int, total: int) -> float:
    warm = max(1, total // 10)
    return (step + 1) / warm if step < warm else max(0.0, (total - step) / max(1, total - warm))


def _order(number: int, seed: int) -> list[int]:
    import random

    rows = list(range(number))
    random.Random(seed).shuffle(rows)
    return rows
