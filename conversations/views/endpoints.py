"""The endpoints that write, on the home page."""

from django.shortcuts import render
from django.views.decorators.http import require_POST

from conversations.services.endpoints import CHECK, VIEW, endpoints_check, standings
from scrm.access import policy
from scrm.access.pages import page


@page(VIEW)
def endpoints_panel(request):
    return _shown(request, {})


@require_POST
@page(CHECK)
def endpoints_check_now(request):
    return _shown(request, {one.endpoint.place: one for one in endpoints_check(actor=request.user)})


def _shown(request, checked: dict):
    """The card alone for htmx, a page around it otherwise."""
    rows = [(one, checked.get(one.endpoint.place)) for one in standings()]
    context = {"rows": rows, "may_check": policy.can(request.user, CHECK), "panel_template": "conversations/panel_endpoints.html"}
    return render(request, context["panel_template"] if request.htmx else "dashboard/panel.html", context)
