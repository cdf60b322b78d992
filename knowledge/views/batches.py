"""Uploads of many files: the list of a base, one upload with its files, and the buttons on it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from knowledge import batch_selectors, selectors
from knowledge.services.batches import batch_cancel, batch_open, batch_pause, batch_resume, batch_retry
from scrm.access import policy
from scrm.access.pages import page

VIEW, ADD = "knowledge.view_document", "knowledge.add_document"
BATCHES_ON_A_PAGE, FILES_ON_A_PAGE = 20, 50
SHOWN = {
    "all": gettext_lazy("All"),
    "open": gettext_lazy("Under way"),
    "failed": gettext_lazy("failed"),
    "done": gettext_lazy("published"),
}


@page(VIEW)
def batches(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    rows = Paginator(batch_selectors.batches_of(base), BATCHES_ON_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "base": base,
        "page": rows,
        "lines": batch_selectors.batches_progress(rows),
        "may_upload": policy.can(request.user, ADD, base),
    }
    return render(request, "knowledge/batches.html", context)


@require_POST
@page(ADD)
def batch_new(request, pk: int):
    """The page's script opens a batch, then sends its files one by one."""
    base = selectors.base_visible(request.user, pk)
    files = request.POST.get("files", "")
    batch = batch_open(actor=request.user, base=base, expected=int(files) if files.isdecimal() and len(files) < 7 else 0)
    return JsonResponse({"batch": batch.pk, "url": reverse("knowledge:batch", args=[batch.pk])})


@page(VIEW)
def batch(request, pk: int):
    return render(request, "knowledge/batch.html", _context(request, pk))


@page(VIEW)
def batch_rows(request, pk: int):
    """Figures and table alone; while something moves they ask for themselves again."""
    return render(request, "knowledge/batch_rows.html", _context(request, pk))


@require_POST
@page(ADD)
def pause(request, pk: int):
    row = batch_selectors.batch_visible(request.user, pk)
    batch_pause(actor=request.user, batch=row)
    messages.success(request, _("Paused. What is running stops at the next step; nothing is lost."))
    return redirect("knowledge:batch", pk)


@require_POST
@page(ADD)
def resume(request, pk: int):
    row = batch_selectors.batch_visible(request.user, pk)
    batch_resume(actor=request.user, batch=row)
    messages.success(request, _("The import goes on."))
    return redirect("knowledge:batch", pk)


@require_POST
@page(ADD)
def cancel(request, pk: int):
    row = batch_selectors.batch_visible(request.user, pk)
    count = batch_cancel(actor=request.user, batch=row)
    said = ngettext("%(n)d import was cancelled; what is published stays.", "%(n)d imports were cancelled; what is published stays.", count)
    messages.success(request, said % {"n": count})
    return redirect("knowledge:batch", pk)


@require_POST
@page(ADD)
def retry(request, pk: int):
    """`what=cancelled` brings back what was cancelled; else what failed is tried again."""
    row = batch_selectors.batch_visible(request.user, pk)
    count = batch_retry(actor=request.user, batch=row, cancelled=request.POST.get("what") == "cancelled")
    messages.success(request, ngettext("%(n)d import runs again.", "%(n)d imports run again.", count) % {"n": count})
    return redirect("knowledge:batch", pk)


def _context(request, pk: int) -> dict:
    row = batch_selectors.batch_visible(request.user, pk)
    show = request.GET.get("show", "all")
    show = show if show in SHOWN else "all"
    rows = Paginator(batch_selectors.batch_rows(row, show), FILES_ON_A_PAGE).get_page(request.GET.get("page"))
    return {
        "base": row.base, "batch": row, "progress": batch_selectors.batch_progress(row), "page": rows, "show": show, "shown": SHOWN.items(),
        "lines": batch_selectors.import_states(rows), "archives": batch_selectors.archives_failed(row), "may_upload": policy.can(request.user, ADD, row.base),
    }  # fmt: skip
