"""Heads of the bases of a dataset: trained, brought to the release's scale, stored."""

import random
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from knowledge.retrieval import vectors as half
from knowledge.retrieval.sides import BASES, Side
from scrm.ai import heads
from scrm.ai.encoders import load
from scrm.ai.models import Encoder, ModelRelease, QueryHead
from training.datasets import passages
from training.datasets.general import general_questions
from training.models import DatasetItem
from training.trainers import query_head
from training.trainers.query_head import Asked, HeadSettings, TrainedHead
from training.trainers.types import GoesOn

if TYPE_CHECKING:
    import numpy as np

FEWEST = 20  # real questions of a base from which a head is learned
GENERAL, LEVELLED_BY = 200, 500  # questions, and passages, by which a head's cosines are brought to scale


@dataclass(frozen=True)
class BaseHead:
    """`stored`: the entry of ModelRelease.settings, None without a gain. `unseen`: by question, the side that asks it untaught of it."""

    stored: dict[str, Any] | None
    unseen: dict[str, Side]
    figures: dict[str, Any]


def heads_train(
    *, queries: Encoder, by: Encoder, items: Sequence[DatasetItem], settings: HeadSettings, goes_on: GoesOn
) -> dict[int, BaseHead]:
    """A head for each base with labels enough. queries, by: encoders of questions and of passages. Raises Stopped when `goes_on` says no."""
    by_base: dict[int, list[DatasetItem]] = defaultdict(list)
    for item in items:
        if item.split in ("train", "dev"):
            by_base[item.base_id].append(item)
    enough = {base: asked for base, asked in sorted(by_base.items()) if sum(not item.synthetic for item in asked) >= FEWEST}
    found = {base: _trained(base, asked, queries, by, settings, goes_on) for base, asked in enough.items()}
    return {base: each for base, each in found.items() if each}


def heads_remove_unused(settings: dict[str, Any]) -> None:
    """Heads that a release with these settings had and no other has."""
    used = {each["head"] for row in ModelRelease.objects.values_list("settings", flat=True) for each in row.get(BASES, {}).values()}
    mine = {each["head"] for each in settings.get(BASES, {}).values()}
    QueryHead.objects.filter(digest__in=mine - used).delete()


def _trained(
    base: int, items: Sequence[DatasetItem], queries: Encoder, by: Encoder, settings: HeadSettings, goes_on: GoesOn
) -> BaseHead | None:
    began = time.perf_counter()
    known = passages.read([base], by)
    usable = [(item, groups) for item in items if (groups := known.groups(item.positives))]
    if not usable:
        return None
    vectors = load(queries).encode_queries([item.question for item, _groups in usable])
    asked = Asked(
        vectors, [groups for _item, groups in usable], [item.cluster or item.key for item, _groups in usable],
        [not item.synthetic for item, _groups in usable],
    )  # fmt: skip
    trained = query_head.train(asked, known.vectors, known.documents, settings, goes_on)
    figures = {
        "ndcg": [round(value, 4) for value in trained.ndcg], "epochs": trained.epochs, "questions": sum(asked.measures),
        "seconds": round(time.perf_counter() - began, 1),
    }  # fmt: skip
    if trained.matrix is None:
        return BaseHead(None, {}, figures)
    level = _level(trained, vectors, known.vectors, load(queries).encode_queries(general_questions(GENERAL)), settings.seed)
    stored = {"head": heads.head_store(trained.matrix), "level": level}
    unseen = {
        item.question: Side((base,), half.literal(vector), *level)
        for (item, _groups), vector in zip(usable, trained.unseen, strict=True)
        if not item.synthetic
    }
    return BaseHead(stored, unseen, figures)


def _level(trained: TrainedHead, asked: "np.ndarray", all_passages: "np.ndarray", general: "np.ndarray", seed: int) -> list[float]:
    """[shift, scale] that give the head's cosines of questions and any passages the mean and deviation they had without it."""
    import numpy as np

    rows = random.Random(seed).sample(range(len(all_passages)), min(LEVELLED_BY, len(all_passages)))
    some = np.vstack([asked[: len(general)], general])
    plain = some @ all_passages[rows].T
    turned = heads.apply(trained.matrix, some) @ all_passages[rows].T
    scale = float(plain.std() / max(float(turned.std()), 1e-6))
    return [round(float(plain.mean()) - scale * float(turned.mean()), 6), round(scale, 6)]
