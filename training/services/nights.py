"""A night: freeze what is new, train, evaluate, decide. One at a time, cancellable, and resumed where a killed worker left it."""

import logging

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import translation
from django.utils.translation import gettext as _

from scrm.access.policy import require
from scrm.core.errors import Conflict, ScrmError
from scrm.core.tasks import send_after_commit
from scrm.jobs.choices import LIVE_STATES, JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_claim, job_end, job_open, job_progress, jobs_cancel, jobs_lost
from training.datasets import labels
from training.models import Dataset, TrainingRun
from training.services.candidates import leftover_remove
from training.services.datasets import dataset_freeze
from training.services.offering import run_offer
from training.services.promotion import tell
from training.services.risk import risk_train
from training.services.runs import HEAD, run_create_in_tx, run_end, run_train
from training.trainers.types import Stopped

log = logging.getLogger(__name__)

KIND, SUBJECT = "learn", 1  # one subject, so that the database allows one live job
CHANGE = "training.change_trainingrun"
LEASE_S = 1_800  # an export or a long statement reports nothing meanwhile
UNHEARD_S = 300
State, Kind = TrainingRun.State, TrainingRun.Kind


def night_open(
    *,
    actor,
    kind: str = Kind.RETRIEVER,
    dataset: Dataset | None = None,
    tower: dict | None = None,
    way: str = "",
    scheduled: bool = False,
) -> TrainingRun:
    """Have the training worker do a night now. Raises NotAllowed; Conflict while one is waiting or running.

    dataset: train on this one instead of freezing what is known now. tower: other settings of
    the training than usual. way: HEAD or TOWER instead of LEARN_WAY. scheduled: skip
    the night when there are fewer new labels than LEARN_LEAST_LABELS.
    """
    require(actor, CHANGE)
    with transaction.atomic(durable=True):
        if Job.objects.filter(kind=KIND, subject_id=SUBJECT, state__in=LIVE_STATES).exists():
            raise Conflict(_("A training is waiting or running already. Wait for it, or cancel it first."))
        job = job_open(kind=KIND, subject_id=SUBJECT, title=str(Kind(kind).label), actor=actor)
        run = TrainingRun.objects.filter(job=job).first()
        if run is None:
            way = way or settings.LEARN_WAY
            usual = {} if kind == Kind.RETRIEVER and way == HEAD else {"epochs": settings.LEARN_EPOCHS}
            known = {"way": way, "tower": usual | (tower or {}), "scheduled": scheduled}
            run = run_create_in_tx(actor=actor, kind=kind, dataset=dataset, parameters=known, job=job)
        send_after_commit("training.night_run", job.pk, queue="training")
    return run


def night_cancel(*, actor) -> bool:
    """Stop the night that waits or runs; False when there is none. Its checkpoint goes, nothing was promoted."""
    require(actor, CHANGE)
    jobs = Job.objects.filter(kind=KIND, subject_id=SUBJECT)
    waiting = list(TrainingRun.objects.filter(job__in=jobs.filter(state=JobState.QUEUED), state=State.RUNNING))
    cancelled = jobs_cancel(jobs)
    for run in waiting:  # nobody works on these and would end them
        run_end(run=run, state=State.CANCELLED, reason=_("Cancelled."), actor=actor)
    return bool(cancelled)


def night_run(*, job_id: int) -> TrainingRun | None:
    """Take the job to its end; None when another worker has it or it is over."""
    job = job_claim(job_id=job_id, lease_s=LEASE_S)
    run = job and TrainingRun.objects.filter(job=job, state=State.RUNNING).select_related("dataset").first()
    if job is None or run is None:
        return None

    def goes_on(stage: str, done: int, total: int) -> bool:
        return job_progress(job=job, stage=stage, done=done, total=total, lease_s=LEASE_S)

    with translation.override(settings.LANGUAGE_CODE):
        try:
            night_work(run=run, goes_on=goes_on, scheduled=run.parameters.get("scheduled", False))
        except ScrmError as error:
            run_end(run=run, state=State.FAILED, reason=str(error))
        failed = run.state == State.FAILED
        job_end(job=job, state=JobState.FAILED if failed else JobState.DONE, error=run.reason if failed else "")
        tell(run)
        risk_train()
    return run


def night_work(*, run: TrainingRun, goes_on, scheduled: bool = False) -> None:
    """Dataset, training, gate and, where settings allow, promotion. The run says how it ended."""
    if run.dataset is None:
        if scheduled and (fresh := labels_new()) < settings.LEARN_LEAST_LABELS:
            reason = _("%(new)d new labels since the last night, %(least)d are wanted.")
            run_end(run=run, state=State.SKIPPED, reason=reason % {"new": fresh, "least": settings.LEARN_LEAST_LABELS})
            return
        run.dataset = dataset_freeze(actor=None, progress=lambda done, total: goes_on("freeze", done, total))
        run.save(update_fields=["dataset"])
    verdict = run_train(run=run, goes_on=goes_on)
    if verdict is not None and verdict.passed:
        try:
            run_offer(run=run, goes_on=goes_on)
        except Stopped:
            leftover_remove(f"run-{run.pk}")
            run_end(run=run, state=State.CANCELLED, reason=_("Cancelled."))


def nightly(*, actor=None) -> TrainingRun | None:
    """The scheduled night; None while one runs. Nothing is trained twice on the same labels."""
    try:
        return night_open(actor=actor, scheduled=True)
    except Conflict as error:
        log.info("no night: %s", error)
        return None


def labels_new() -> int:
    """Labelled questions beyond those of the newest dataset that a run was trained on."""
    known = len([example for example in labels.examples(None) if not example.synthetic])
    last = Dataset.objects.filter(base=None, scratch=False, runs__isnull=False).aggregate(last=Max("pk"))["last"]
    before = Dataset.objects.get(pk=last).counts if last else {}
    return known - sum(before.get(side, 0) for side in ("train", "dev", "test")) + before.get("synthetic", 0) - before.get("left_out", 0)


def nights_drain() -> int:
    """Bring back nights whose worker died or whose message was lost."""
    lost = jobs_lost(kind=KIND, unheard_s=UNHEARD_S)
    for job in lost:
        send_after_commit("training.night_run", job, queue="training")
    return len(lost)
