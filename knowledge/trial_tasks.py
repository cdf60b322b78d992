"""Trials of search weights, on the queue `interactive`: somebody watches, and the models are loaded there. Found through knowledge/tasks.py."""

from celery import shared_task

from knowledge.services.trials import trial_run, trials_waiting
from scrm.core.tasks import send


@shared_task(name="knowledge.trial_run")
def trial_run_task(trial_id: int) -> None:
    trial_run(trial_id=trial_id)


@shared_task(name="knowledge.trials_drain")
def trials_drain_task() -> None:
    """Trials whose message was lost or whose worker died."""
    for trial_id in trials_waiting():
        send("knowledge.trial_run", trial_id)
