"""One change of many documents: how far it is, and the buttons on it."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from knowledge.services.bulk_changes import NEEDS, bulk_cancel, bulk_go_on, bulk_of
from knowledge.services.bulk_work import Verb
from scrm.access import policy
from scrm.access.pages import page
from scrm.core.errors import ScrmError
from scrm.jobs.choices import LIVE_STATES

VIEW, CHANGE = "knowledge.view_document", "knowledge.change_document"


@page(VIEW)
def bulk(request, pk: int):
    return render(request, "knowledge/bulk.html", _context(request, pk))


@page(VIEW)
def bulk_rows(request, pk: int):
    """The figures alone; while it is under way they ask for themselves again."""
    return render(request, "knowledge/bulk_rows.html", _context(request, pk))


@require_POST
@page(CHANGE)
def cancel(request, pk: int):
    return _done(request, pk, bulk_cancel)


@require_POST
@page(CHANGE)
def go_on(request, pk: int):
    return _done(request, pk, bulk_go_on)


def _done(request, pk: int, verb):
    row = bulk_of(request.user, pk)
    try:
        verb(actor=request.user, row=row)
    except ScrmError as error:
        messages.error(request, str(error))
    return redirect("knowledge:bulk", pk)


def _context(request, pk: int) -> dict:
    row = bulk_of(request.user, pk)
    live = row.job is not None and row.job.state in LIVE_STATES
    return {
        "row": row, "base": row.base, "total": row.total, "live": live,
        "left": 0 if live else row.total - row.over, "may": policy.can(request.user, NEEDS[Verb(row.verb)], row.base),
    }  # fmt: skip
