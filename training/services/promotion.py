"""To service and back: one pointer moves, and query encoder, order, relevance and cache stamp with it."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from conversations.choices import TurnState
from conversations.models import Turn
from scrm.access import policy
from scrm.access.models import User
from scrm.access.policy import require
from scrm.ai.choices import Purpose, ReleaseState
from scrm.ai.models import ModelRelease
from scrm.ai.selectors import active_release_or_none
from scrm.ai.services.releases import release_activate
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict
from scrm.dashboard.services import notices_send_in_tx
from training.models import Feedback, TrainingRun
from training.promotion.control import Share, out_of_control, upper_limit
from training.services.runs import run_end, run_refuse

log = logging.getLogger(__name__)

State = TrainingRun.State
CHANGE_RELEASE, VIEW = "ai.change_modelrelease", "training.view_trainingrun"
WATCHED = timedelta(days=14)  # of the release before, to compare with


def run_promote(*, actor, run: TrainingRun) -> TrainingRun:
    """Let the run's release serve. Raises NotAllowed; Conflict unless the gate let it pass and it is still compared with what serves."""
    require(actor, CHANGE_RELEASE)
    run.refresh_from_db()
    if run.state not in (State.RUNNING, State.WAITING, State.CANARY) or run.release is None or not passed(run):
        raise Conflict(_("Only what passed the gate can be promoted."))
    active = active_release_or_none()
    if active is None or active.pk != run.previous_id:
        raise Conflict(_("Another release serves since this one was measured. Train again."))
    release_activate(release=run.release, actor=actor)
    run_end(run=run, state=State.PROMOTED, actor=actor)
    return run


def run_decline(*, actor, run: TrainingRun) -> TrainingRun:
    """A person says no; the candidate goes. Raises NotAllowed, Conflict."""
    require(actor, CHANGE_RELEASE)
    run.refresh_from_db()
    if run.state != State.WAITING:
        raise Conflict(_("This run waits for nobody."))
    run_refuse(run=run)
    run_end(run=run, state=State.DECLINED, actor=actor)
    return run


def release_rollback(*, actor, why: str = "") -> ModelRelease:
    """Let the release before serve again. Raises NotAllowed; Conflict when there is none."""
    require(actor, CHANGE_RELEASE)
    active = active_release_or_none()
    earlier = rollback_target(active)
    if active is None or earlier is None:
        raise Conflict(_("There is no earlier release to go back to."))
    release_activate(release=earlier, actor=actor)
    for run in TrainingRun.objects.filter(release=active, state=State.PROMOTED):
        run_end(
            run=run, state=State.ROLLED_BACK, reason=why or _("Rolled back by %(who)s.") % {"who": actor or _("the system")}, actor=actor
        )
    with transaction.atomic(durable=True):
        audit_record(actor=actor, action="release.rollback", subject=earlier, detail={"from": active.pk, "why": why})
    return earlier


def rollback_target(active: ModelRelease | None) -> ModelRelease | None:
    """The release that the active one replaced; never one that was itself rolled back."""
    if active is None:
        return None
    run = TrainingRun.objects.filter(release=active, previous__isnull=False).order_by("-pk").first()
    if run is not None:
        return run.previous
    gone = TrainingRun.objects.filter(state=State.ROLLED_BACK, release__isnull=False).values("release")
    retired = ModelRelease.objects.filter(purpose=Purpose.EMBEDDING, state=ReleaseState.RETIRED).exclude(pk__in=gone)
    return retired.filter(activated_at__isnull=False).order_by("-activated_at").first()


def releases_watch() -> ModelRelease | None:
    """Go back when the figures of the release in use leave their control limits; the release that serves then, None when all is well."""
    active = active_release_or_none()
    run = active and TrainingRun.objects.filter(release=active, state=State.PROMOTED, previous__isnull=False).first()
    if not run:
        return None
    for name, (before, now) in indicators(run).items():
        if out_of_control(before, now):
            with translation.override(settings.LANGUAGE_CODE):
                why = _("%(figure)s rose to %(now)s (limit %(limit)s): rolled back by itself.") % {
                    "figure": _(INDICATORS[name]), "now": f"{now.rate:.1%}", "limit": f"{upper_limit(before, now.cases):.1%}",
                }  # fmt: skip
                earlier = release_rollback(actor=None, why=why)
                run.refresh_from_db()
                tell(run)
            return earlier
    return None


INDICATORS = {"refused": gettext_noop("Questions refused or handed over"), "unsolved": gettext_noop("Answers called not solved")}
ENDED = (TurnState.ANSWERED, TurnState.REFUSED, TurnState.HANDED_OVER, TurnState.IN_REVIEW, TurnState.REJECTED)
GIVEN_UP = (TurnState.REFUSED, TurnState.HANDED_OVER)


def indicators(run: TrainingRun) -> dict[str, tuple[Share, Share]]:
    """(under the release before, under the run's) of each online figure."""
    begun = run.release.activated_at
    before = Turn.objects.filter(release_id=run.previous_id, created_at__gte=begun - WATCHED, state__in=ENDED)
    now = Turn.objects.filter(release_id=run.release_id, created_at__gte=begun, state__in=ENDED)
    return {"refused": (refused(before), refused(now)), "unsolved": (unsolved(before), unsolved(now))}


def tell(run: TrainingRun) -> None:
    """Those who may see nights hear how one ended, unless nothing came of it."""
    if run.state in (State.SKIPPED, State.CANCELLED, State.RUNNING):
        return
    people = [user for user in User.objects.filter(is_active=True) if policy.can(user, VIEW)]
    with transaction.atomic(durable=True):
        notices_send_in_tx(
            users=people,
            key=f"night:{run.pk}:{run.state}",
            title=_("Learning: %(state)s") % {"state": run.get_state_display()},
            body=run.reason,
            url=reverse("training:nights"),
        )


def passed(run: TrainingRun) -> bool:
    """Whether the gate let it pass."""
    return bool(run.conditions) and all(condition["passed"] for condition in run.conditions)


def refused(turns) -> Share:
    """Turns that were refused or handed over."""
    return Share(**turns.aggregate(bad=Count("pk", filter=Q(state__in=GIVEN_UP)), cases=Count("pk")))


def unsolved(turns) -> Share:
    """Answers that customers called not solved, of those they said anything of."""
    said = Feedback.objects.filter(turn__in=turns, value__in=(Feedback.Value.SOLVED, Feedback.Value.UNSOLVED))
    return Share(**said.aggregate(bad=Count("pk", filter=Q(value=Feedback.Value.UNSOLVED)), cases=Count("pk")))
