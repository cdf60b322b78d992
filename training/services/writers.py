"""Fine-tune the model that writes answers, and let an engine serve what it became."""

import json
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext as _

from knowledge.models import Chunk
from scrm.access.policy import require
from scrm.ai.choices import Purpose, ReleaseState
from scrm.ai.models import ModelRelease
from scrm.ai.services.releases import release_create
from training.models import Dataset, DatasetItem
from training.trainers.writer import serving
from training.trainers.writer.pairs import LONGEST_PASSAGE, Pair, read, split
from training.trainers.writer.train import Parameters, train

CHANGE = "training.change_trainingrun"
MOST_PASSAGES = 2  # of an example


def writer_train(
    *,
    actor,
    base_model: str,
    parameters: Parameters,
    dataset: Dataset | None = None,
    file: Path | None = None,
    most_pairs: int | None = None,
    report: Callable[[str], None] = lambda text: None,
) -> dict:
    """Train on the instruction pairs of a dataset, or of a file, and keep the adapter as a release when it writes better.

    The result says what was measured before and after on pairs set aside, and the release, or why there is none. A killed run goes on when
    the same is asked again. Raises NotAllowed, Invalid, BaseModelMissing.
    """
    require(actor, CHANGE)
    training, held_out = pairs_of(dataset) if dataset else split(read(file), seed=parameters.seed)
    name = f"dataset-{dataset.pk}" if dataset else file.stem
    folder = settings.MODELS_DIR / "writers" / f"{name}-{parameters.seed}"
    folder.mkdir(parents=True, exist_ok=True)
    result = train(base_model, training[:most_pairs], held_out[:most_pairs], folder, parameters, report=report)
    reason = why_not(result)
    release = None if reason else _release(name, folder, result)
    (folder / "figures.json").write_text(json.dumps(result, ensure_ascii=False, indent=1), encoding="utf-8")
    return result | {"release": release and release.pk, "reason": reason}


def pairs_of(dataset: Dataset) -> tuple[list[Pair], list[Pair]]:
    """(training, set aside): the instructions of a dataset with the passages their answers rest on, as far as these still stand."""
    rows = list(dataset.items.filter(kind=DatasetItem.Kind.INSTRUCTION, redacted_at=None))
    hashes = {content for row in rows for _document, content, *_grade in row.positives}
    texts = dict(Chunk.objects.filter(content_hash__in=hashes).values_list("content_hash", "text"))
    sides: tuple[list[Pair], list[Pair]] = ([], [])
    for row in rows:
        passages = [texts[content][:LONGEST_PASSAGE] for _document, content, *_grade in row.positives if content in texts]
        pair = Pair(row.question, tuple(passages[:MOST_PASSAGES]), row.answer)
        sides[row.split != DatasetItem.Split.TRAIN].append(pair)
    return sides


def why_not(result: dict) -> str:
    """The gate: loss on what it has not seen must fall, and no fewer answers be right. "" when it may serve."""
    before, after = result["before"], result["after"]
    if after["loss"] >= before["loss"]:
        return _("Loss on unseen answers did not fall: %(before)s before, %(after)s after.") % {
            "before": before["loss"],
            "after": after["loss"],
        }
    if before["answer_accuracy"] is not None and after["answer_accuracy"] < before["answer_accuracy"]:
        return _("Fewer answers are right: %(before)s before, %(after)s after.") % {
            "before": before["answer_accuracy"],
            "after": after["answer_accuracy"],
        }
    return ""


def _release(name: str, folder: Path, result: dict) -> ModelRelease:
    number = (ModelRelease.objects.filter(purpose=Purpose.CHAT).aggregate(last=Max("pk"))["last"] or 0) + 1
    served = {"model": f"writer-{number}", "adapter": str(folder / "adapter"), "base": result["base"], "figures": _short(result)}
    return release_create(name=f"{name} ({number})", purpose=Purpose.CHAT, settings=served, state=ReleaseState.READY)


def _short(result: dict) -> dict:
    return {"before": result["before"], "after": result["after"], "pairs": result["pairs"]}


def adapter_load(release: ModelRelease) -> None:
    """Before a writer serves: the engine loads its adapter. Releases without one are not ours. Raises EngineRefused."""
    if release.purpose == Purpose.CHAT and release.settings.get("adapter"):
        serving.load(release.settings["model"], release.settings["adapter"])


def adapter_unload(release: ModelRelease | None) -> None:
    """After another writer took over: the engine forgets the adapter of the one before. Raises EngineRefused."""
    if release and release.purpose == Purpose.CHAT and release.settings.get("adapter"):
        serving.unload(release.settings["model"])
