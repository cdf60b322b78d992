"""The list of knowledge bases, and one base with its documents."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from knowledge import selectors
from knowledge.choices import Audience, DocumentKind
from knowledge.forms import BaseForm, ManyDocumentsForm
from knowledge.ingestion.detect import ENDINGS
from knowledge.listing import SORTS, STATES, Filter, documents_listed
from knowledge.services.bases import base_create
from knowledge.services.bulk_changes import bulk_unfinished
from scrm.access import policy
from scrm.access.models import User
from scrm.access.pages import page
from scrm.core.errors import Conflict

VIEW, ADD = "knowledge.view_document", "knowledge.add_knowledgebase"
ON_A_PAGE = 50


@page(VIEW)
def bases(request):
    context = {"bases": selectors.bases_visible(request.user), "may_create": policy.can(request.user, ADD)}
    return render(request, "knowledge/bases.html", context)


@page(ADD)
def base_new(request):
    form = BaseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            base = base_create(actor=request.user, **form.cleaned_data)
            messages.success(request, _("The knowledge base is ready. Upload its first documents."))
            return redirect("knowledge:base", base.pk)
        except Conflict as error:
            form.add_error("name", str(error))
    return render(request, "knowledge/base_new.html", {"form": form})


@page(VIEW)
def base(request, pk: int):
    context = base_context(request, pk)
    return render(request, "knowledge/base.html", context | _choices(context))


@page(VIEW)
def base_rows(request, pk: int):
    """The table alone; while something runs it asks for itself again after a second."""
    return render(request, "knowledge/rows.html", base_context(request, pk))


def base_context(request, pk: int) -> dict:
    row = selectors.base_visible(request.user, pk)
    chosen = Filter.read(request.GET)
    documents = Paginator(documents_listed(row, chosen), ON_A_PAGE).get_page(request.GET.get("page"))
    return {
        "base": row, "page": documents, "lines": selectors.document_lines(documents), "chosen": chosen,
        "running": selectors.imports_running(row), "bulk": bulk_unfinished(row), "accepts": ",".join(f".{ending}" for ending in sorted(ENDINGS)),
        "may_upload": policy.can(request.user, "knowledge.add_document", row),
        "may_change": policy.can(request.user, "knowledge.change_document", row),
        "may_remove": policy.can(request.user, "knowledge.delete_document", row),
    }  # fmt: skip


def _choices(context: dict) -> dict:
    """What the filter offers, and the form for many documents."""
    base = context["base"]
    many = ManyDocumentsForm(people=selectors.people_of(base)) if context["may_change"] else None
    owners = User.objects.filter(pk__in=base.documents.exclude(owner=None).values("owner")).order_by("display_name", "username")
    sorts = [(key, label) for key, (label, _order) in SORTS.items()]
    return {
        "states": STATES.items(),
        "kinds": DocumentKind.choices,
        "audiences": Audience.choices,
        "owners": owners,
        "sorts": sorts,
        "many": many,
    }
