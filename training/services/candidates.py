"""From a dataset to a candidate release: the query tower, then order and relevance as it finds. Nothing here serves anybody yet."""

import shutil
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from knowledge.models import ChunkEmbedding
from knowledge.retrieval.background import SETTING as BACKGROUND
from knowledge.retrieval.background import background_of, release_background_ensure
from knowledge.retrieval.calibration import THRESHOLD
from knowledge.retrieval.examples import Example, examples
from knowledge.retrieval.indexes import index_drop
from knowledge.retrieval.ranker import Figures
from knowledge.retrieval.weights import SETTING as WEIGHTS
from knowledge.retrieval.weights import SHIPPED, Weights
from knowledge.types import Scope
from scrm.ai.choices import EncoderKind, ReleaseState
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
from training.services.pairs import pair_train, pair_vectors_ensure
from training.trainers import fusion, query_tower
from training.trainers.both_towers import BothSettings
from training.trainers.fusion import Question
from training.trainers.types import GoesOn, TowerSettings, Trained

TRAINED = "trained"  # folder below the models folder
GENERAL = 800
OFF_TOPIC, OFF_TOPIC_SEED = 200, 21  # questions that calibration may look at; others measure
CLOSEST = 5  # passages of a question that calibration learns from
FEWEST = 8  # questions of a base from which order is learned
RELEVANCE = ("intercept", "per_deviation", "per_share")


@dataclass(frozen=True)
class Candidate:
    """`trained` is None when only order and relevance were learned; `learned`: the questions of each base these come from."""

    release: ModelRelease
    trained: Trained | None
    learned: dict[int, int]

    def to_json(self) -> dict:
        found = {"learned": {str(base): count for base, count in self.learned.items()}}
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
) -> Candidate:
    """Train on the dataset's training items. tower: None leaves the query encoder as it is. both: train both towers instead, which embeds
    every passage anew beside the vectors in use. folder: for checkpoints.

    Raises Invalid when the model cannot be trained, Stopped when `goes_on` says no, ExportRefused.
    """
    items = list(dataset.items.filter(kind=DatasetItem.Kind.RETRIEVAL, redacted_at=None))
    known = passages.read(sorted({item.base_id for item in items}), active.passage_encoder)
    _leftovers_remove(name)
    trained = _tower(active.passage_encoder, items, known, folder, name, tower, goes_on) if tower else None
    encoder = encoder_prepare(source=trained.folder) if trained and trained.folder else active.query_encoder
    if both:
        target = Path(settings.MODELS_DIR) / TRAINED / name
        first = active.passage_encoder
        encoder = pair_train(encoder=first, items=items, folder=folder, target=target, settings=both, goes_on=goes_on)
    facts = {key: value for key, value in active.settings.items() if key != BACKGROUND or encoder == active.query_encoder}
    passages_by = encoder if both else active.passage_encoder
    release = release_create(name=name, query_encoder=encoder, passage_encoder=passages_by, settings=facts)
    release_background_ensure(release)
    if both:
        pair_vectors_ensure(release, goes_on)
    changed = encoder != active.query_encoder
    # What the tower was trained on looks better to it than it is: order is learned from questions it did not see.
    unseen = [item for item in items if not item.synthetic and (item.split == "dev" or (item.split == "train" and not changed))]
    learned = _learn_weights(release, active, unseen, known, goes_on)
    return Candidate(release, trained, learned)


def candidate_remove(*, release: ModelRelease) -> None:
    """Of a candidate that will not serve: the release, its encoder when nobody else has it, and their files."""
    encoder = release.query_encoder
    release.delete()
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
    release: ModelRelease, active: ModelRelease, items: Sequence[DatasetItem], known: Passages, goes_on: GoesOn
) -> dict[int, int]:
    """Order and relevance of each base, stored in the release; how many questions each was learned from."""
    by_base: dict[int, list[DatasetItem]] = defaultdict(list)
    for item in items:
        by_base[item.base_id].append(item)
    stored, learned = dict(release.settings.get(WEIGHTS, {})), {}
    for base, asked in sorted(by_base.items()):
        found = [(each, known.chunk_ids(item.positives)) for item in asked if (each := _seen(release, item.question, base))]
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


def _seen(release: ModelRelease, question: str, base: int) -> list[Example]:
    with serving(release):
        return examples(question, Scope((base,), internal=True))


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
