"""Questions and answers of a base: the list, one entry, sheets out and in, suggested wordings."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from knowledge import faq_selectors, selectors
from knowledge.faq_forms import FaqForm
from knowledge.services.faq import (
    CHANGE,
    faq_change,
    faq_create,
    faq_remove,
    faq_restore,
    faq_wording_accept,
    faq_wording_dismiss,
    faq_wordings_suggest,
    fields_of,
)
from knowledge.services.faq_sheets import faq_export, faq_import
from scrm.access import policy
from scrm.access.pages import page
from scrm.core.errors import ScrmError

VIEW, REMOVE = "knowledge.view_document", "knowledge.delete_document"
ON_A_PAGE = 30
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(VIEW)
def faq(request, pk: int):
    return render(request, "knowledge/faq.html", _list(request, pk))


@page(VIEW)
def rows(request, pk: int):
    """The table alone; while an import runs it asks for itself again."""
    return render(request, "knowledge/faq_rows.html", _list(request, pk))


@page(CHANGE)
def new(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    form = FaqForm(request.POST or None, initial={"question": request.GET.get("question", "")[:300]})
    if request.method == "POST" and form.is_valid() and _saved(form, lambda said: faq_create(actor=request.user, base=base, fields=said)):
        messages.success(request, _("Saved. It answers in a moment."))
        return redirect("knowledge:faq", base.pk)
    return render(request, "knowledge/faq_edit.html", {"base": base, "form": form})


@page(CHANGE)
def edit(request, pk: int):
    entry = faq_selectors.faq_visible(request.user, pk)
    form = FaqForm(request.POST or None, before=fields_of(entry))
    if request.method == "POST" and form.is_valid() and _saved(form, lambda said: faq_change(actor=request.user, entry=entry, fields=said)):
        messages.success(request, _("Saved. The old words answer until the new ones take over in a moment."))
        return redirect("knowledge:faq", entry.base_id)
    return render(request, "knowledge/faq_edit.html", {"base": entry.base, "entry": entry, "form": form})


@require_POST
@page(REMOVE)
def remove(request, pk: int):
    entry = faq_selectors.faq_visible(request.user, pk)
    faq_remove(actor=request.user, entry=entry)
    messages.success(request, _("Removed; no answer uses it any more. It can be restored under “Removed”."))
    return redirect("knowledge:faq", entry.base_id)


@require_POST
@page(CHANGE)
def restore(request, pk: int):
    entry = faq_selectors.faq_visible(request.user, pk)
    faq_restore(actor=request.user, entry=entry)
    messages.success(request, _("Restored."))
    return redirect("knowledge:faq", entry.base_id)


@require_POST
@page(CHANGE)
def wording(request, pk: int):
    """One click on a suggested wording: taken or turned down."""
    entry = faq_selectors.faq_visible(request.user, pk)
    verb = faq_wording_accept if request.POST.get("decision") == "accept" else faq_wording_dismiss
    verb(actor=request.user, entry=entry, wording=request.POST.get("wording", ""))
    if request.htmx:
        return render(request, "knowledge/faq_suggested.html", {"entry": faq_selectors.faq_visible(request.user, pk), "may_change": True})
    return redirect("knowledge:faq_edit", entry.pk)


@require_POST
@page(CHANGE)
def suggest(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    faq_wordings_suggest(actor=request.user, base=base)
    messages.success(request, _("What people asked is being gone through. Suggestions appear here when it is done."))
    return redirect("knowledge:faq", base.pk)


@page(VIEW)
def export(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    data = faq_export(actor=request.user, base=base)
    response = HttpResponse(data, content_type=XLSX)
    response["Content-Disposition"] = f'attachment; filename="faq-{base.pk}-{timezone.localdate():%Y%m%d}.xlsx"'
    return response


@require_POST
@page(CHANGE)
def import_(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    file = request.FILES.get("file")
    if file is None:
        messages.warning(request, _("Choose a file."))
        return redirect("knowledge:faq", base.pk)
    try:
        report = faq_import(actor=request.user, base=base, file=file, name=file.name)
    except ScrmError as error:
        messages.error(request, f"{file.name}: {error}")
        return redirect("knowledge:faq", base.pk)
    counts = {outcome: sum(row.outcome == outcome for row in report) for outcome in ("added", "changed", "unchanged", "refused")}
    said = ngettext("%(n)d row was read.", "%(n)d rows were read.", len(report)) % {"n": len(report)}
    context = {"base": base, "name": file.name, "report": report, "counts": counts, "said": said}
    return render(request, "knowledge/faq_imported.html", context)


def _saved(form: FaqForm, verb) -> bool:
    try:
        verb(form.fields_wanted())
    except ScrmError as error:
        form.add_error(None, str(error))
        return False
    return True


def _list(request, pk: int) -> dict:
    base = selectors.base_visible(request.user, pk)
    search, show = request.GET.get("q", "").strip()[:100], request.GET.get("show", "")
    entries = Paginator(faq_selectors.faq_entries(base, search=search, show=show), ON_A_PAGE).get_page(request.GET.get("page"))
    lines = faq_selectors.faq_lines(entries)
    return {
        "base": base, "page": entries, "lines": lines, "search": search, "show": show, "counts": faq_selectors.faq_counts(base),
        "running": any(line.running for line in lines), "suggesting": faq_selectors.suggesting(base),
        "may_change": policy.can(request.user, CHANGE, base), "may_remove": policy.can(request.user, REMOVE, base),
    }  # fmt: skip
