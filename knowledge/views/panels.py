"""The card of the home page: how much we know, and which imports need a person."""

from django.shortcuts import render

from knowledge import finding_selectors, selectors
from scrm.access.pages import page


@page("knowledge.view_document")
def panel(request):
    """The card alone for htmx, a page around it otherwise."""
    context = selectors.knowledge_figures(request.user)
    if request.htmx:
        return render(request, "knowledge/panel.html", context)
    return render(request, "dashboard/panel.html", context | {"panel_template": "knowledge/panel.html"})


@page("knowledge.view_document")
def due_panel(request):
    """Documents that this person should look at, soonest first."""
    context = {"due": finding_selectors.documents_due(request.user)}
    if request.htmx:
        return render(request, "knowledge/due_panel.html", context)
    return render(request, "dashboard/panel.html", context | {"panel_template": "knowledge/due_panel.html"})
