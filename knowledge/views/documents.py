"""One document: its text with the quoted sentence, its chunks, its versions."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from knowledge import selectors
from knowledge.forms import DocumentForm
from knowledge.listing import state_of
from knowledge.reading import reading
from knowledge.services.documents import document_remove, documents_restore
from knowledge.services.validity import document_change
from knowledge.sheet import has_sheets, sheet
from scrm.access import policy
from scrm.access.pages import page
from scrm.core.errors import Invalid, NotFound, ScrmError

CHUNKS_ON_A_PAGE = 30


@page("knowledge.view_knowledgebase")
def document(request, pk: int):
    """Readable by whoever may ask this base: answers link here. Versions and chunks are for those who work on documents."""
    row = selectors.document_visible(request.user, pk)
    details = policy.can(request.user, "knowledge.view_document", row.base)
    if not details and _number(request, "version") not in (None, row.live_version_id):
        messages.info(request, _("The document has been changed since; this is what it says now."))
        return redirect("knowledge:document", row.pk)
    version = _version(request, row)
    view = _view(request, version, details)
    place = {key: _number(request, key) for key in ("start", "end")}
    context = {"document": row, "version": version, "details": details, "view": view, "place": _query(version, place)}
    if version and view == "chunks":
        context["page"] = Paginator(version.chunks.order_by("ordinal"), CHUNKS_ON_A_PAGE).get_page(request.GET.get("page"))
    elif version and view == "page":
        context["sheet"] = sheet(version, **place, page=_number(request, "page"))
    elif version:
        context["reading"] = reading(version, **place, part=_number(request, "part"))
    context["has_sheets"] = version is not None and has_sheets(version)
    if details:
        context["versions"] = selectors.version_lines(row)
        context["first_number"] = min((line.version.number for line in context["versions"]), default=0)
        context["state"] = state_of(row)
        context["may_change"] = policy.can(request.user, "knowledge.change_document", row.base)
        context["may_remove"] = policy.can(request.user, "knowledge.delete_document", row.base)
        context["form"] = DocumentForm(document=row, people=selectors.people_of(row.base)) if context["may_change"] else None
    return render(request, "knowledge/document.html", context)


@require_POST
@page("knowledge.change_document")
def change(request, pk: int):
    """Owner, audience and dates, from the form beside the text."""
    row = selectors.document_visible(request.user, pk)
    form = DocumentForm(request.POST, document=row, people=selectors.people_of(row.base))
    try:
        if not form.is_valid():
            raise Invalid(" ".join(f"{form.fields[name].label}: {' '.join(errors)}" for name, errors in form.errors.items()))
        document_change(actor=request.user, document=row, changes=form.changes())
        messages.success(request, _("Saved. It holds from this moment on."))
    except ScrmError as error:
        messages.error(request, str(error))
    return redirect("knowledge:document", row.pk)


@require_POST
@page("knowledge.change_document")
def restore(request, pk: int):
    row = selectors.document_visible(request.user, pk)
    restored = documents_restore(actor=request.user, base=row.base, document_ids=[row.pk])
    messages.success(
        request, _("The document answers again.") if restored.answering else _("The document is on its way through the import.")
    )
    return redirect("knowledge:document", row.pk)


@require_POST
@page("knowledge.delete_document")
def remove(request, pk: int):
    row = selectors.document_visible(request.user, pk)
    document_remove(actor=request.user, document=row)
    messages.success(
        request, _("The document was removed; no answer uses it any more. It can be restored from the list of removed documents.")
    )
    return redirect("knowledge:base", row.base_id)


def _view(request, version, details: bool) -> str:
    """chunks | page | text. A quotation opens as the page looks where pages can be shown."""
    asked = request.GET.get("view")
    if asked == "chunks" and details:
        return "chunks"
    quoted = asked is None and _number(request, "start") is not None
    return "page" if version and has_sheets(version) and (asked == "page" or quoted) else "text"


def _query(version, place: dict[str, int | None]) -> str:
    """What the links between the views of one place carry along."""
    parts = {"version": version.pk if version else None, **place}
    return urlencode({key: value for key, value in parts.items() if value is not None})


def _number(request, key: str) -> int | None:
    value = request.GET.get(key, "")
    return int(value) if value.isdecimal() and len(value) < 10 else None


def _version(request, row):
    """The version asked for; else the live one; else the newest that has a text."""
    wanted = _number(request, "version")
    if wanted is not None:
        version = row.versions.filter(pk=wanted).first()
        if version is None:
            raise NotFound
        return version
    return row.live_version or row.versions.exclude(text="").order_by("-number").first()
