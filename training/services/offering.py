"""What becomes of a candidate that passed the gate: compared on real questions, then tried on a share, promoted, or shown to a person."""

from django.conf import settings

from training.models import TrainingRun
from training.services.canary import canary_begin
from training.services.promotion import run_promote
from training.services.runs import run_end
from training.services.shadow import shadow_run
from training.trainers.types import GoesOn

State = TrainingRun.State


def run_offer(*, run: TrainingRun, goes_on: GoesOn = lambda stage, done, total: True) -> None:
    """Shadow traffic first, so that its figures stand on the page before anything switches. Raises Stopped when `goes_on` says no.

    Another candidate on trial lets this one wait for a person, whatever is set.
    """
    shadow_run(run=run, goes_on=goes_on)
    trying = TrainingRun.objects.filter(state=State.CANARY).exists()
    if not settings.LEARN_AUTOMATIC or trying:
        run_end(run=run, state=State.WAITING)
    elif settings.CANARY_SHARE:
        canary_begin(actor=None, run=run)
    else:
        run_promote(actor=None, run=run)
