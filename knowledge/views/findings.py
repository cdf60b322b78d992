"""What the review of a base found: by kind, side by side, to be settled or dismissed."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from knowledge import finding_selectors, selectors
from knowledge.choices import FindingKind
from knowledge.forms import SettleForm
from knowledge.services.findings import finding_dismiss, finding_reopen, review_request
from knowledge.services.validity import document_change
from scrm.access import policy
from scrm.access.pages import page
from scrm.jobs.choices import MOVING_STATES, JobState

VIEW, CHANGE = "knowledge.view_document", "knowledge.change_document"
ON_A_PAGE = 20
ORDER = (FindingKind.CONTRADICTION, FindingKind.DUPLICATE, FindingKind.STALE, FindingKind.UNUSED)
DISMISSED = "dismissed"


@page(VIEW)
def findings(request, pk: int):
    return render(request, "knowledge/findings.html", _context(request, pk))


@page(VIEW)
def findings_rows(request, pk: int):
    """The list alone; while a review runs it asks for itself again."""
    return render(request, "knowledge/findings_rows.html", _context(request, pk))


@require_POST
@page(CHANGE)
def run(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    review_request(actor=request.user, base=base)
    messages.success(request, _("The review runs; what it finds appears here."))
    return redirect("knowledge:findings", pk)


@require_POST
@page(CHANGE)
def dismiss(request, pk: int):
    row = finding_selectors.finding_visible(request.user, pk)
    finding_dismiss(actor=request.user, finding=row)
    messages.success(request, _("Dismissed; it will not come up again."))
    return _back(row)


@require_POST
@page(CHANGE)
def reopen(request, pk: int):
    row = finding_selectors.finding_visible(request.user, pk)
    finding_reopen(actor=request.user, finding=row)
    return redirect(reverse("knowledge:findings", args=[row.base_id]) + f"?kind={DISMISSED}")


@require_POST
@page(CHANGE)
def settle(request, pk: int):
    """Set the document's owner and its next review, as far as they are given."""
    row = finding_selectors.finding_visible(request.user, pk)
    form = SettleForm(request.POST, people=selectors.people_of(row.base))
    if not form.is_valid():
        messages.error(request, " ".join(error for errors in form.errors.values() for error in errors))
    elif form.changes:
        document_change(actor=request.user, document=row.document, changes=form.changes)
        messages.success(request, _("Saved."))
    return _back(row)


def _back(row):
    return redirect(reverse("knowledge:findings", args=[row.base_id]) + f"?kind={row.kind}")


def _context(request, pk: int) -> dict:
    base = selectors.base_visible(request.user, pk)
    counts = finding_selectors.findings_count(base)
    kind = _kind(request.GET.get("kind", ""), counts)
    rows = finding_selectors.findings_of(base, kind, dismissed=kind == DISMISSED)
    review = finding_selectors.last_review(base)
    return {
        "base": base, "kind": kind, "kinds": [(each, FindingKind(each).label, counts[each]) for each in ORDER], "total": sum(counts.values()),
        "page": Paginator(rows, ON_A_PAGE).get_page(request.GET.get("page")), "review": review,
        "running": review is not None and review.state in MOVING_STATES, "review_failed": review is not None and review.state == JobState.FAILED,
        "may_change": policy.can(request.user, CHANGE, base), "people": selectors.people_of(base),
    }  # fmt: skip


def _kind(asked: str, counts: dict[str, int]) -> str:
    """The kind that was asked for; else the first that has something."""
    if asked == DISMISSED or asked in counts:
        return asked
    return next((kind for kind in ORDER if counts[kind]), ORDER[0])
