"""A share of conversations answered by a candidate before it serves all: begun by itself or by a person, ended by figures or by a person.

A conversation keeps the release it has: the share is drawn by the conversation's number.
"""

from datetime import timedelta

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from conversations.models import Turn
from knowledge.services.vectors import release_vectors_ensure
from scrm.access.policy import require
from scrm.ai.models import ModelRelease
from scrm.ai.registry import before_activation
from scrm.ai.selectors import active_release_or_none
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict
from training.models import TrainingRun
from training.promotion.control import Share, out_of_control, upper_limit
from training.promotion.shares import falls_on
from training.services.candidates import candidate_remove
from training.services.promotion import CHANGE_RELEASE, ENDED, INDICATORS, passed, refused, run_promote, tell, unsolved
from training.services.runs import run_end

State = TrainingRun.State
FRESH_S = 5
GRACE = timedelta(minutes=5)
_KEY, _NONE = "training.canary", "none"


def canary_begin(*, actor, run: TrainingRun) -> TrainingRun:
    """Let the run's release answer CANARY_SHARE of the conversations. Raises NotAllowed; Conflict unless it passed the gate, is compared with
    what serves, and no other is on trial; whatever a preparation raises.
    """
    require(actor, CHANGE_RELEASE)
    run.refresh_from_db()
    if run.state not in (State.RUNNING, State.WAITING) or run.release is None or not passed(run):
        raise Conflict(_("Only what passed the gate can be tried."))
    if not settings.CANARY_SHARE:
        raise Conflict(_("Set SCRM_CANARY_SHARE to the share of conversations that a candidate answers."))
    active = active_release_or_none()
    if active is None or active.pk != run.previous_id:
        raise Conflict(_("Another release serves since this one was measured. Train again."))
    for prepare in before_activation.values():
        prepare(run.release)
    with transaction.atomic(durable=True):
        if TrainingRun.objects.select_for_update().filter(state=State.CANARY).exists():
            raise Conflict(_("Another candidate is on trial."))
        run.state, run.figures = (
            State.CANARY,
            run.figures | {"canary": {"share": settings.CANARY_SHARE, "since": timezone.now().isoformat()}},
        )
        run.save(update_fields=["state", "figures"])
        audit_record(actor=actor, action="training.canary", subject=run, detail={"share": settings.CANARY_SHARE})
    cache.delete(_KEY)
    return run


def canary_end(*, actor, run: TrainingRun, why: str = "") -> TrainingRun:
    """The candidate answers nobody any more; it goes a while later, when no worker takes it for the one on trial. NotAllowed, Conflict."""
    require(actor, CHANGE_RELEASE)
    run.refresh_from_db()
    if run.state != State.CANARY:
        raise Conflict(_("This candidate is not on trial."))
    run_end(
        run=run, state=State.DECLINED, reason=why or _("The trial was ended by %(who)s.") % {"who": actor or _("the system")}, actor=actor
    )
    cache.delete(_KEY)
    return run


def canaries_watch() -> TrainingRun | None:
    """End the trial when its figures leave the control limits of the others, promote after CANARY_CASES answers; the run that was decided."""
    _ended_remove()
    run = TrainingRun.objects.filter(state=State.CANARY, release__isnull=False).select_related("release", "previous").first()
    if run is None:
        return None
    active = active_release_or_none()
    if active is None or active.pk != run.previous_id:
        return canary_end(actor=None, run=run, why=_("Another release serves since this one was measured."))
    release_vectors_ensure(run.release)  # of what was published meanwhile
    found = canary_figures(run)
    with translation.override(settings.LANGUAGE_CODE):
        worse = next((name for name, (others, own) in found.items() if out_of_control(others, own)), "")
        if worse:
            others, own = found[worse]
            why = _("%(figure)s rose to %(now)s (limit %(limit)s): the trial was ended by itself.") % {
                "figure": _(INDICATORS[worse]), "now": f"{own.rate:.1%}", "limit": f"{upper_limit(others, own.cases):.1%}",
            }  # fmt: skip
            canary_end(actor=None, run=run, why=why)
        elif settings.LEARN_AUTOMATIC and found["refused"][1].cases >= settings.CANARY_CASES:
            run_promote(actor=None, run=run)
        else:
            return None
        tell(run)
    return run


def _ended_remove() -> None:
    for run in TrainingRun.objects.filter(state=State.DECLINED, release__isnull=False, ended_at__lt=timezone.now() - GRACE):
        release, run.release = run.release, None
        run.save(update_fields=["release"])
        candidate_remove(release=release)


def canary_figures(run: TrainingRun) -> dict[str, tuple[Share, Share]]:
    """(of the conversations that the release in use answers, of the candidate's) since the trial began."""
    turns = Turn.objects.filter(created_at__gte=run.figures["canary"]["since"], state__in=ENDED)
    others, own = turns.filter(release_id=run.previous_id), turns.filter(release_id=run.release_id)
    return {"refused": (refused(others), refused(own)), "unsolved": (unsolved(others), unsolved(own))}


def canary_of(conversation_id: int) -> ModelRelease | None:
    """The release on trial when it answers this conversation. Nothing is asked while trials are switched off, else every FRESH_S seconds."""
    if not settings.CANARY_SHARE:
        return None
    found = cache.get(_KEY)
    if found is None:
        run = TrainingRun.objects.filter(state=State.CANARY).select_related("release__query_encoder", "release__passage_encoder").first()
        found = (run.release, run.figures["canary"]["share"]) if run and run.release else _NONE
        cache.set(_KEY, found, FRESH_S)
    if found == _NONE:
        return None
    release, share = found
    return release if falls_on(share, "canary", release.pk, conversation_id) else None
