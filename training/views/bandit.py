"""Real-time learning: arms, what each earned, and the switch."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from scrm.access import policy
from scrm.access.pages import page
from training.bandit_selectors import bandit_state
from training.services.bandit import CHANGE, MOST_OF_ONE, bandit_default, bandit_reset, bandit_switch
from training.services.promotion import VIEW


@page(VIEW)
def bandit(request):
    facts = {"allowed": settings.BANDIT, "explored": settings.BANDIT_EXPLORED, "most_of_one": MOST_OF_ONE}
    return render(request, "training/bandit.html", bandit_state() | facts | {"may_change": policy.can(request.user, CHANGE)})


@require_POST
@page(CHANGE)
def switch(request):
    on = request.POST.get("on") == "1"
    bandit_switch(actor=request.user, on=on)
    messages.success(request, _("Real-time learning is on.") if on else _("Real-time learning is off; every turn goes the usual way."))
    return redirect("training:bandit")


@require_POST
@page(CHANGE)
def reset(request):
    bandit_reset(actor=request.user)
    messages.success(request, _("It begins anew."))
    return redirect("training:bandit")


@require_POST
@page(CHANGE)
def default(request):
    """Proven or not by the figures that are stored now: what the page showed may be old."""
    name = request.POST.get("arm", "")
    proven = any(arm.name == name and arm.proven for arm in bandit_state()["arms"])
    bandit_default(actor=request.user, arm=name, proven=proven)
    messages.success(request, _("From the next turn on this is the default."))
    return redirect("training:bandit")
