"""Cards of the home page."""

from django.shortcuts import render

from conversations import selectors
from conversations.cache_selectors import cache_figures
from conversations.satisfaction_selectors import by_week, satisfaction_figures
from scrm.access.pages import page

DAYS = 30


@page("conversations.view_conversation")
def inbox_panel(request):
    waiting = selectors.inbox(request.user, box="waiting")[:5]
    return _panel(request, "conversations/panel_inbox.html", {"counts": selectors.inbox_counts(request.user), "waiting": waiting})


@page("conversations.view_conversation")
def answers_panel(request):
    context = {"figures": selectors.answers_last_day(request.user), "undelivered": selectors.undelivered(request.user)}
    return _panel(request, "conversations/panel_answers.html", context)


@page("conversations.view_conversation")
def satisfaction_panel(request):
    context = {"figures": satisfaction_figures(request.user, DAYS), "weeks": by_week(request.user, DAYS)}
    return _panel(request, "conversations/panel_satisfaction.html", context)


@page("conversations.view_cachedanswer")
def cache_panel(request):
    return _panel(request, "conversations/panel_cache.html", {"figures": cache_figures(request.user)})


def _panel(request, template: str, context: dict):
    """The card alone for htmx, a page around it otherwise."""
    if request.htmx:
        return render(request, template, context)
    return render(request, "dashboard/panel.html", context | {"panel_template": template})
