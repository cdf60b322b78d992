"""From a dataset to a candidate release: heads or query tower, then order and relevance as they find. Nothing here serves anybody yet."""

import random
import shutil
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from knowledge.models import ChunkEmbedding
from knowledge.retrieval.background import SETTING as BACKGROUND
from knowledge.retrieval.background import background_of, measure, release_background_ensure
from knowledge.retrieval.calibration import THRESHOLD
from knowledge.retrieval.examples import Example, examples
from knowledge.retrieval.indexes import index_drop
from knowledge.retrieval.ranker import Figures
from knowledge.retrieval.sides import BASES, OTHERS, Side
from knowledge.retrieval.weights import SETTING as WEIGHTS
from knowledge.retrieval.weights import SHIPPED, Weights
from knowledge.types import Scope
from scrm.ai.choices import EncoderKind, ReleaseState
from scrm.ai.encoders import load
from scrm.ai.models import Encoder, ModelRelease
from scrm.ai.selectors import serving
from scrm.ai.services.encoders import encoder_prepare
from scrm.ai.services.releases import release_create
from scrm.ai.sources import resolve
from scrm.core.errors import Invalid
from training.datasets import passages
from training.datasets.general import general_questions
from training.datasets.passages import Passages
from training.models import Dataset, DatasetItem
from training.services.heads import BaseHead, heads_remove_unused, heads_train
from training.services.pairs import pair_train, pair_vectors_ensure
from training.trainers import fusion, query_tower
from training.trainers.both_towers import BothSettings
from training.trainers.fusion import Question
from training.trainers.query_head import HeadSettings
from training.trainers.types import GoesOn, TowerSettings, Trained

TRAINED = "trained"  # folder below the models folder
GENERAL = 800
OFF_TOPIC, OFF_TOPIC_SEED = 200, 21  # questions that calibration may look at; others measure
CLOSEST = 5  # passages of a question that calibration learns from
FEWEST, MOST = 8, 800  # questions of a base from which order is learned
RELEVANCE = ("intercept", "per_deviation", "per_share")
_OF_ENCODER = (BACKGROUND, BASES, OTHERS)  # settings that hold for one query encoder


@dataclass(frozen=True)
class Candidate:
    """`trained` is None when only order and relevance were learned; `learned`: the questions of each base these come from."""

    release: ModelRelease
    trained: Trained | None
    learned: dict[int, int]
    heads: dict[int, BaseHead] = field(default_factory=dict)

    def to_json(self) -> dict:
        found: dict[str, Any] = {"learned": {str(base): count for base, count in self.learned.items()}}
        if self.heads:
            found["heads"] = {str(base): each.figures for base, each in self.heads.items()}
        if self.trained:
            tower = self.trained
            found["tower"] = {
                "share": tower.share, "alike": round(tower.alike, 4), "dev": [round(value, 4) for value in tower.dev],
                "losses": [round(loss, 4) for loss in tower.losses], "steps": tower.steps, "seconds": round(tower.seconds, 1),
            }  # fmt: skip
        return found


def candidate_train(
    *,
    active: ModelRelease,
    dataset: Dataset,
    name: str,
    folder: Path,
    tower: TowerSettings | None,
    goes_on: GoesOn,
    both: BothSettings | None = None,
    head: HeadSettings | None = None,
) -> Candidate:
    """Train on the dataset's training items: a head for each base (`head`), the query encoder itself, which from then on asks the bases it
    was trained on (`tower`), or both towers, which embeds every passage anew beside the vectors in use (`both`); without any of them order
    and relevance alone. folder: for checkpoints.

    Raises Invalid when the model cannot be trained, Stopped when `goes_on` says no, ExportRefused.
    """
    items = list(dataset.items.filter(kind=DatasetItem.Kind.RETRIEVAL, redacted_at=None))
    known = passages.read(sorted({item.base_id for item in items}), active.passage_encoder)
    _leftovers_remove(name)
    trained = _tower(active.passage_encoder, items, known, folder, name, tower, goes_on) if tower else None
    encoder = encoder_prepare(source=trained.folder) if trained and trained.folder else active.query_encoder
    found: dict[int, BaseHead] = {}
    if head:
        encoder = _untrained(active)
        found = heads_train(queries=encoder, by=active.passage_encoder, items=items, settings=head, goes_on=goes_on)
    if both:
        target = Path(settings.MODELS_DIR) / TRAINED / name
        first = active.passage_encoder
        encoder = pair_train(encoder=first, items=items, folder=folder, target=target, settings=both, goes_on=goes_on)
    facts = {key: value for key, value in active.settings.items() if key not in _OF_ENCODER or encoder == active.query_encoder}
    if head:
        kept = {base: told for base, told in facts.get(BASES, {}).items() if int(base) not in {item.base_id for item in items}}
        facts[BASES] = kept | {str(base): each.stored for base, each in found.items() if each.stored}
    elif trained and trained.folder:
        facts |= _asking_of_tower(encoder, active.passage_encoder, items)
    passages_by = encoder if both else active.passage_encoder
    release = release_create(name=name, query_encoder=encoder, passage_encoder=passages_by, settings=facts)
    release_background_ensure(release)
    if both:
        pair_vectors_ensure(release, goes_on)
    changed = encoder != active.query_encoder
    # What the tower was trained on looks better to it than it is: order is learned from questions it did not see.
    sides = {base: each.unseen for base, each in found.items()}
    real = [item for item in items if not item.synthetic and item.split in ("train", "dev")]
    unseen = [item for item in real if item.split == "dev" or not changed or item.question in sides.get(item.base_id, ())]
    learned = _learn_weights(release, active, unseen, known, goes_on, sides)
    return Candidate(release, trained, learned, found)


def _untrained(active: ModelRelease) -> Encoder:
    """Heads stand on an encoder that no night has trained."""
    return active.passage_encoder if TRAINED in Path(active.query_encoder.source).parts else active.query_encoder


def _asking_of_tower(trained: Encoder, before: Encoder, items: Sequence[DatasetItem]) -> dict[str, Any]:
    """The trained encoder asks the bases it was trained on; the others are asked as before, on the scale of the new background."""
    new, old = measure(load(trained), load(before)), measure(load(before), load(before))
    scale = new.deviation / old.deviation
    return {BASES: {str(base): {} for base in {item.base_id for item in items}}, OTHERS: [new.mean - scale * old.mean, scale]}


def candidate_remove(*, release: ModelRelease) -> None:
    """Of a candidate that will not serve: the release, its encoder when nobody else has it, and their files."""
    encoder = release.query_encoder
    release.delete()
    heads_remove_unused(release.settings)
    used = ModelRelease.objects.filter(query_encoder=encoder) | ModelRelease.objects.filter(passage_encoder=encoder)
    if encoder is None or used.exists() or TRAINED not in Path(encoder.source).parts:
        return
    index_drop(encoder)
    ChunkEmbedding.objects.filter(encoder=encoder).delete()
    for path in (Path(encoder.source), Path(settings.MODELS_DIR) / encoder.folder if encoder.folder else None):
        if path:
            shutil.rmtree(path, ignore_errors=True)
    encoder.delete()


def _tower(
    encoder: Encoder, items: Sequence[DatasetItem], known: Passages, folder: Path, name: str, tower: TowerSettings, goes_on: GoesOn
) -> Trained | None:
    """From the passage encoder's own weights every time, with all labels there are: what an earlier night learned cannot drift."""
    if encoder.kind == EncoderKind.OPENAI:
        raise Invalid(_("The embedding endpoint's model cannot be trained here. Set SCRM_EMBEDDING_MODEL to a model of this machine."))
    labelled = known.labelled(item for item in items if item.split == "train")
    dev = known.labelled(item for item in items if item.split == "dev")
    if not len(labelled):
        return None
    return query_tower.train(
        resolve(encoder.source, lambda line: None), folder, Path(settings.MODELS_DIR) / TRAINED / name, vectors=known.vectors,
        documents=known.documents, labelled=labelled, dev=dev, general=general_questions(GENERAL), prefix=encoder.query_prefix, settings=tower, goes_on=goes_on,
    )  # fmt: skip


def _leftovers_remove(name: str) -> None:
    """What this very run left when it was killed after its candidate was made; its encoder is found again by its fingerprint."""
    ModelRelease.objects.filter(name=name, state=ReleaseState.READY).delete()


def leftover_remove(name: str) -> None:
    """What a run made before it was stopped for good: its release, encoder, vectors and files."""
    for release in ModelRelease.objects.filter(name=name, state=ReleaseState.READY):
        candidate_remove(release=release)


def _learn_weights(
    release: ModelRelease,
    active: ModelRelease,
    items: Sequence[DatasetItem],
    known: Passages,
    goes_on: GoesOn,
    sides: Mapping[int, Mapping],
) -> dict[int, int]:
    """Order and relevance of each base, stored in the release; how many questions each was learned from. sides: how some are asked."""
    by_base: dict[int, list[DatasetItem]] = defaultdict(list)
    for item in items:
        by_base[item.base_id].append(item)
    stored, learned = dict(release.settings.get(WEIGHTS, {})), {}
    for base, asked in sorted(by_base.items()):
        chosen = random.Random(base).sample(asked, min(MOST, len(asked)))
        ways = sides.get(base, {})
        found = [
            (each, known.chunk_ids(item.positives))
            for item in chosen
            if (each := _seen(release, item.question, base, ways.get(item.question)))
        ]
        goes_on("weights", len(learned), len(by_base))
        if len(found) < FEWEST:
            continue
        start = Weights.from_settings(active.settings, (base,))
        stored[str(base)] = _fitted(found, start, _off_topic(release, base), _offered(active, base, start)).to_json()
        learned[base] = len(found)
    release.settings = release.settings | {WEIGHTS: stored}
    ModelRelease.objects.filter(pk=release.pk).update(settings=release.settings)
    return learned


def _fitted(found: Sequence[tuple[list[Example], set[int]]], start: Weights, off_topic, most: float) -> Weights:
    import numpy as np

    questions = [
        Question(np.array([each.figures for each in pool], float), np.array([each.chunk_id in right for each in pool]))
        for pool, right in found
    ]
    order = fusion.fit_order(questions, [getattr(start, name) for name in Figures._fields])
    right = [(each.deviations, each.share) for pool, said in found for each in pool if each.chunk_id in said]
    wrong = [(each.deviations, each.share) for pool, said in found for each in _closest(pool) if each.chunk_id not in said]
    wrong += [tuple(row) for question in off_topic for row in question]
    relevance = fusion.fit_relevance(np.array(right), np.array(wrong), [getattr(start, name) for name in RELEVANCE])
    relevance = fusion.lowered(relevance, off_topic, THRESHOLD, most)
    return replace(start, **dict(zip(Figures._fields, order, strict=True)), **dict(zip(RELEVANCE, relevance, strict=True)))


def _seen(release: ModelRelease, question: str, base: int, side: Side | None = None) -> list[Example]:
    with serving(release):
        return examples(question, Scope((base,), internal=True), (side,) if side else ())


def _closest(pool: Sequence[Example]) -> list[Example]:
    """Those that look most relevant with the shipped weights."""
    return sorted(pool, key=lambda each: -(SHIPPED.per_deviation * each.deviations + SHIPPED.per_share * each.share))[:CLOSEST]


def _off_topic(release: ModelRelease, base: int):
    """float (questions, CLOSEST, 2): features of the best passages for questions of another field."""
    import numpy as np

    rows = []
    for question in general_questions(OFF_TOPIC, OFF_TOPIC_SEED):
        pool = _closest(_seen(release, question, base))
        features = [(each.deviations, each.share) for each in pool]
        rows.append(features + [(-5.0, 0.0)] * (CLOSEST - len(features)))
    return np.array(rows, float)


def _offered(active: ModelRelease, base: int, weights: Weights) -> float:
    """Share of the off-topic questions for which the release in use offers a passage, and a little less: measured on others it must hold."""
    import numpy as np

    features = _off_topic(active, base)
    if background_of(active) is None:
        return 1.0
    points = weights.intercept + features @ np.array([weights.per_deviation, weights.per_share])
    return 0.8 * float((points.max(1) >= np.log(THRESHOLD / (1 - THRESHOLD))).mean())
