"""The last nights: what was learned, what the gate said, and the way back."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scrm.access import policy
from scrm.access.pages import page
from scrm.core.errors import Invalid, ScrmError
from training import night_selectors
from training.models import TrainingRun
from training.services.canary import canary_begin, canary_end, canary_figures
from training.services.nights import CHANGE, night_cancel, night_open
from training.services.old_vectors import old_vectors
from training.services.promotion import CHANGE_RELEASE, INDICATORS, VIEW, release_rollback, rollback_target, run_decline, run_promote


@page(VIEW)
def nights(request):
    return render(request, "training/nights.html", _context(request) | {"risk": night_selectors.risk_state()})


@page(VIEW)
def nights_rows(request):
    """The list alone; while a training runs it asks for itself again."""
    return render(request, "training/nights_rows.html", _context(request))


@require_POST
@page(CHANGE)
def night_start(request):
    return _done(request, lambda: night_open(actor=request.user), _("The training has begun; replies come first meanwhile."))


@require_POST
@page(CHANGE)
def night_stop(request):
    return _done(request, lambda: night_cancel(actor=request.user), _("Cancelled. Nothing has changed."))


@require_POST
@page(CHANGE_RELEASE)
def approve(request):
    return _done(request, lambda: run_promote(actor=request.user, run=_run(request)), _("It serves from now on."))


@require_POST
@page(CHANGE_RELEASE)
def decline(request):
    return _done(request, lambda: run_decline(actor=request.user, run=_run(request)), _("Declined. Nothing has changed."))


@require_POST
@page(CHANGE_RELEASE)
def canary_try(request):
    return _done(
        request, lambda: canary_begin(actor=request.user, run=_run(request)), _("A share of the conversations is answered by it now.")
    )


@require_POST
@page(CHANGE_RELEASE)
def canary_stop(request):
    return _done(request, lambda: canary_end(actor=request.user, run=_run(request)), _("The trial has ended. Nothing has changed."))


@require_POST
@page(CHANGE_RELEASE)
def rollback(request):
    return _done(request, lambda: release_rollback(actor=request.user), _("The release before serves again."))


def _done(request, verb, said: str):
    try:
        verb()
        messages.success(request, said)
    except ScrmError as error:
        messages.error(request, str(error))
    return redirect("training:nights")


def _run(request) -> TrainingRun:
    number = request.POST.get("run", "")
    run = TrainingRun.objects.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None
    if run is None:
        raise Invalid(_("There is no such training."))
    return run


def _context(request) -> dict:
    rows = night_selectors.nights_shown()
    for row in rows:
        if row.state == TrainingRun.State.CANARY and row.release:
            row.canary = [(_(INDICATORS[name]), *pair) for name, pair in canary_figures(row).items()]
    serving = night_selectors.serving_now()
    return {
        "rows": rows, "plot": night_selectors.night_plot(rows), "job": night_selectors.night_waiting(), "serving": serving,
        "earlier": rollback_target(serving), "may_change": policy.can(request.user, CHANGE),
        "may_decide": policy.can(request.user, CHANGE_RELEASE), "states": TrainingRun.State,
        "canary_share": settings.CANARY_SHARE, "old_vectors": old_vectors(serving),
    }  # fmt: skip
