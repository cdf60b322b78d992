"""Web sources of a base: the list, one source with its pages, and the buttons on it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from knowledge import selectors, web_selectors
from knowledge.services import web as verbs
from knowledge.web.causes import page_cause
from knowledge.web_forms import SourceForm
from scrm.access import policy
from scrm.access.pages import page
from scrm.core.errors import ScrmError

VIEW, ADD, CHANGE, DELETE = "knowledge.view_document", "knowledge.add_document", "knowledge.change_document", "knowledge.delete_document"
ON_A_PAGE, PAGES_ON_A_PAGE = 20, 50
SHOWN = {"all": gettext_lazy("All"), "failed": gettext_lazy("Failed"), "gone": gettext_lazy("Gone")}


@page(VIEW)
def web(request, pk: int):
    return render(request, "knowledge/web.html", _list_context(request, pk))


@page(VIEW)
def web_rows(request, pk: int):
    """The table alone; while something is fetched it asks for itself again."""
    return render(request, "knowledge/web_rows.html", _list_context(request, pk))


@page(ADD)
def web_new(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    policy.require(request.user, ADD, base)
    form = SourceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            source = verbs.source_create(actor=request.user, base=base, fields=form.source_fields())
            messages.success(request, _("The address is being fetched; its pages appear here."))
            return redirect("knowledge:web_source", source.pk)
        except ScrmError as error:
            form.add_error("url", str(error))
    return render(request, "knowledge/web_edit.html", {"base": base, "form": form})


@page(VIEW)
def web_source(request, pk: int):
    return render(request, "knowledge/web_source.html", _source_context(request, pk))


@page(VIEW)
def web_pages(request, pk: int):
    """The state and the pages alone; when the fetch has ended, the buttons too."""
    context = _source_context(request, pk)
    return render(request, "knowledge/web_pages.html", context | {"swap": not context["line"].running})


@page(CHANGE)
def web_edit(request, pk: int):
    source = web_selectors.source_visible(request.user, pk)
    form = SourceForm(request.POST or None, source=source)
    if request.method == "POST" and form.is_valid():
        verbs.source_change(actor=request.user, source=source, fields=form.source_fields())
        messages.success(request, _("Saved."))
        return redirect("knowledge:web_source", pk)
    return render(request, "knowledge/web_edit.html", {"base": source.base, "source": source, "form": form})


@require_POST
@page(CHANGE)
def web_fetch(request, pk: int):
    verbs.source_fetch(actor=request.user, source=web_selectors.source_visible(request.user, pk))
    messages.success(request, _("The address is being fetched; its pages appear here."))
    return redirect("knowledge:web_source", pk)


@require_POST
@page(CHANGE)
def web_cancel(request, pk: int):
    verbs.source_cancel(actor=request.user, source=web_selectors.source_visible(request.user, pk))
    messages.success(request, _("Stopped. What was taken in stays."))
    return redirect("knowledge:web_source", pk)


@require_POST
@page(CHANGE)
def web_pause(request, pk: int):
    verbs.source_pause(actor=request.user, source=web_selectors.source_visible(request.user, pk))
    messages.success(request, _("Paused. Its documents go on answering as they are."))
    return redirect("knowledge:web_source", pk)


@require_POST
@page(CHANGE)
def web_resume(request, pk: int):
    verbs.source_resume(actor=request.user, source=web_selectors.source_visible(request.user, pk))
    messages.success(request, _("The address is being fetched; its pages appear here."))
    return redirect("knowledge:web_source", pk)


@require_POST
@page(DELETE)
def web_remove(request, pk: int):
    source = web_selectors.source_visible(request.user, pk)
    count = verbs.source_remove(actor=request.user, source=source)
    said = ngettext(
        "The source and %(n)d document were removed; the document can be restored.",
        "The source and %(n)d documents were removed; the documents can be restored.", count,
    )  # fmt: skip
    messages.success(request, said % {"n": count})
    return redirect("knowledge:web", source.base_id)


def _list_context(request, pk: int) -> dict:
    base = selectors.base_visible(request.user, pk)
    rows = Paginator(web_selectors.sources_of(base), ON_A_PAGE).get_page(request.GET.get("page"))
    lines = web_selectors.source_lines(rows)
    return {
        "base": base, "page": rows, "lines": lines, "running": any(line.running for line in lines),
        "may_add": policy.can(request.user, ADD, base),
    }  # fmt: skip


def _source_context(request, pk: int) -> dict:
    source = web_selectors.sources_of(web_selectors.source_visible(request.user, pk).base).get(pk=pk)
    line = web_selectors.source_lines([source])[0]
    show = request.GET.get("show", "all")
    show = show if show in SHOWN else "all"
    rows = Paginator(web_selectors.pages_of(source, show), PAGES_ON_A_PAGE).get_page(request.GET.get("page"))
    for row in rows:
        row.cause = page_cause(row.error_code, row.status)
    return {
        "base": source.base, "source": source, "line": line, "page": rows, "show": show, "show_query": f"show={show}&", "shown": SHOWN.items(),
        "may_change": policy.can(request.user, CHANGE, source.base), "may_remove": policy.can(request.user, DELETE, source.base),
    }  # fmt: skip
