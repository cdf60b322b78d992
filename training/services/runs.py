"""One training from its dataset to the gate's decision, as a row that says what happened."""

import shutil
import time
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from scrm.ai.errors import NoActiveRelease
from scrm.ai.models import ModelRelease
from scrm.ai.selectors import active_release
from scrm.audit.services import audit_record
from scrm.core.errors import ScrmError
from training.datasets.general import general_questions
from training.evaluation.comparison import Asked, compare
from training.models import Dataset, GoldQuestion, TrainingRun
from training.promotion import wording
from training.promotion.gate import Limits, Verdict, decide
from training.services.candidates import Candidate, candidate_remove, candidate_train, leftover_remove
from training.trainers.both_towers import BothSettings
from training.trainers.query_head import HeadSettings
from training.trainers.types import GoesOn, Stopped, TowerSettings

State, Kind = TrainingRun.State, TrainingRun.Kind
CHECKPOINTS = "checkpoints"  # folder below the models folder
OFF_TOPIC, OFF_TOPIC_SEED = 100, 31  # not those that calibration has looked at
SHORT = 10  # characters of a short question
HEAD, TOWER = "head", "query"  # ways of teaching the query side


def run_create(*, actor, kind: str, dataset: Dataset | None, parameters: dict | None = None) -> TrainingRun:
    with transaction.atomic(durable=True):
        return run_create_in_tx(actor=actor, kind=kind, dataset=dataset, parameters=parameters)


def run_create_in_tx(*, actor, kind: str, dataset: Dataset | None, parameters: dict | None = None, job=None) -> TrainingRun:
    run = TrainingRun.objects.create(kind=kind, dataset=dataset, parameters=parameters or {}, job=job)
    run.folder = f"{CHECKPOINTS}/run-{run.pk}"
    run.save(update_fields=["folder"])
    audit_record(actor=actor, action="training.begin", subject=run, detail={"kind": kind, "dataset": dataset and dataset.pk})
    return run


def run_train(*, run: TrainingRun, goes_on: GoesOn = lambda stage, done, total: True, limits: Limits | None = None) -> Verdict | None:
    """Train and evaluate; the run then has figures, conditions and reason, and a candidate when the gate let it pass.

    None when it was cancelled or failed; what failed is the run's reason. Nothing serves yet. A killed run goes on at its checkpoint.
    """
    began = time.perf_counter()
    try:
        active = active_release()
        candidate = candidate_train(
            active=active,
            dataset=run.dataset,
            name=f"run-{run.pk}",
            folder=folder_of(run),
            tower=_tower(run),
            goes_on=goes_on,
            both=_both(run),
            head=_head(run),
        )
        verdict, figures = _measured(run.dataset, active, candidate, goes_on, limits)
    except Stopped:
        leftover_remove(f"run-{run.pk}")
        run_end(run=run, state=State.CANCELLED, reason=_("Cancelled."), seconds=time.perf_counter() - began)
        return None
    except (ScrmError, OSError) as error:
        leftover_remove(f"run-{run.pk}")
        if isinstance(error, NoActiveRelease):
            raise
        run_end(run=run, state=State.FAILED, reason=str(error), seconds=time.perf_counter() - began)
        return None
    run.release, run.previous, run.figures, run.conditions = candidate.release, active, figures, verdict.to_json()
    run.seconds = run.seconds + time.perf_counter() - began
    with translation.override(settings.LANGUAGE_CODE):
        run.reason = wording.reason(run.conditions)
    run.save(update_fields=["release", "previous", "figures", "conditions", "seconds", "reason"])
    if not verdict.passed:
        run_refuse(run=run)
    return verdict


def run_refuse(*, run: TrainingRun) -> None:
    """Nothing changes, and the row says why."""
    release, run.release = run.release, None
    run.save(update_fields=["release"])
    run_end(run=run, state=State.REFUSED, reason=run.reason)
    _drop(release)


def run_end(*, run: TrainingRun, state: str, reason: str = "", seconds: float | None = None, actor=None) -> None:
    with transaction.atomic(durable=True):
        run.state, run.reason, run.ended_at = state, reason or run.reason, timezone.now()
        run.seconds = run.seconds if seconds is None else run.seconds + seconds
        run.decided_by = actor or run.decided_by
        run.save(update_fields=["state", "reason", "ended_at", "seconds", "decided_by"])
        audit_record(actor=actor, action=f"training.{state}", subject=run, detail={"reason": run.reason[:500]})
    shutil.rmtree(folder_of(run), ignore_errors=True)


def folder_of(run: TrainingRun) -> Path:
    return Path(settings.MODELS_DIR) / run.folder


def asked_of(dataset: Dataset) -> list[Asked]:
    """The evaluation questions of the dataset's bases, with the kinds each counts for."""
    bases = sorted(set(dataset.items.values_list("base_id", flat=True)))
    trained = {
        document
        for positives in dataset.items.filter(split__in=("train", "dev"), synthetic=False).values_list("positives", flat=True)
        for document, *_rest in positives
    }
    found = []
    for row in GoldQuestion.objects.filter(base__in=bases, redacted_at=None).order_by("pk"):
        gains = {document: float(grade) for document, _content, grade in row.relevant}
        kinds = ["head" if trained & gains.keys() else "tail", "short" if len(row.question) <= SHORT else "long"]
        kinds += ["regression"] if row.kind == GoldQuestion.Kind.REGRESSION else []
        kinds += [f"{_('knowledge base')} {row.base_id}"] if len(bases) > 1 else []
        found.append(Asked(row.question, row.base_id, gains, tuple(kinds)))
    return found


def _measured(dataset: Dataset, active: ModelRelease, candidate: Candidate, goes_on: GoesOn, limits: Limits | None) -> tuple[Verdict, dict]:
    asked = asked_of(dataset)
    before, after, figures = compare(active, candidate.release, asked, _off_topic(asked), goes_on)
    verdict = decide(before, after, limits)
    low, high = verdict.interval
    found = figures | candidate.to_json()
    found["difference"], found["interval"] = round(verdict.difference, 4), [round(low, 4), round(high, 4)]
    found["p95_ms"] = [before.p95_ms, after.p95_ms]
    found["off_topic"] = [before.safety.get("off_topic"), after.safety.get("off_topic")]
    found["no_hits"] = [before.rates.get("no_hits"), after.rates.get("no_hits")]
    found["slices"] = {
        name: [round(_mean([each.scores[place] for place in places]), 4) for each in (before, after)] + [len(places)]
        for name, places in after.slices.items()
    }
    return verdict, found


def _off_topic(asked: Sequence[Asked]) -> list[tuple[str, int]]:
    bases = sorted({each.base_id for each in asked})
    questions = general_questions(OFF_TOPIC, OFF_TOPIC_SEED) if bases else []
    return [(question, bases[place % len(bases)]) for place, question in enumerate(questions)]


def _head(run: TrainingRun) -> HeadSettings | None:
    if run.kind != Kind.RETRIEVER or way_of(run) != HEAD:
        return None
    return HeadSettings(**({"threads": settings.LEARN_THREADS, "seed": run.dataset.seed} | run.parameters.get("tower", {})))


def way_of(run: TrainingRun) -> str:
    """How its questions are taught: HEAD or TOWER."""
    return run.parameters.get("way") or settings.LEARN_WAY


def _tower(run: TrainingRun) -> TowerSettings | None:
    if run.kind != Kind.RETRIEVER or way_of(run) != TOWER:
        return None
    known = {"threads": settings.LEARN_THREADS, "seed": run.dataset.seed} | run.parameters.get("tower", {})
    return TowerSettings(**known)


def _both(run: TrainingRun) -> BothSettings | None:
    if run.kind != Kind.BOTH:
        return None
    known = {"threads": settings.LEARN_THREADS, "seed": run.dataset.seed} | run.parameters.get("tower", {})
    return BothSettings(**known)


def _drop(candidate: ModelRelease | None) -> None:
    if candidate is not None:
        candidate_remove(release=candidate)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0
