"""Annotations from a file: upload, preview line by line, take in or discard."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from knowledge.models import KnowledgeBase
from scrm.access.pages import page
from scrm.core.errors import ScrmError
from training.importing import wording
from training.models import AnnotationImport, ImportedLine
from training.services.annotation import CHANGE
from training.services.imports import import_discard, import_of, import_open, import_take

SHOWN, ON_A_PAGE = 20, 50
State, Outcome = AnnotationImport.State, ImportedLine.Outcome


@page(CHANGE)
def imports(request):
    """Earlier imports; POST takes a file, with `base` for lines that name none."""
    bases = KnowledgeBase.objects.visible_to(request.user).filter(scratch=False)
    failure, status = "", 200
    if request.method == "POST":
        file, base = request.FILES.get("file"), _chosen(bases, request.POST.get("base", ""))
        if getattr(request, "files_too_large", None):
            failure = _("The file is too large.")
        elif file is None or base is None:
            failure = _("Choose a file and a knowledge base.")
        else:
            try:
                return redirect("training:import", import_open(actor=request.user, base=base, file=file, name=file.name).pk)
            except ScrmError as error:
                failure = str(error)
        status = 400
    rows = AnnotationImport.objects.visible_to(request.user).select_related("base", "created_by")[:SHOWN]
    return render(request, "training/imports.html", {"rows": rows, "bases": bases, "failure": failure}, status=status)


@page(CHANGE)
def imported(request, pk: int):
    return render(request, "training/import.html", _context(request, pk))


@page(CHANGE)
def imported_rows(request, pk: int):
    """The preview alone; while the file is worked on it asks for itself again."""
    return render(request, "training/import_rows.html", _context(request, pk))


@require_POST
@page(CHANGE)
def take(request, pk: int):
    row = import_of(request.user, pk)
    return _done(
        request, pk, lambda: import_take(actor=request.user, imported=row, contradictions=bool(request.POST.get("contradictions")))
    )


@require_POST
@page(CHANGE)
def discard(request, pk: int):
    row = import_of(request.user, pk)
    return _done(request, pk, lambda: import_discard(actor=request.user, imported=row))


def _done(request, pk: int, verb):
    try:
        verb()
    except ScrmError as error:
        messages.error(request, str(error))
    return redirect("training:import", pk)


def _chosen(bases, number: str) -> KnowledgeBase | None:
    return bases.filter(pk=number).first() if number.isdecimal() and len(number) < 19 else None


def _context(request, pk: int) -> dict:
    row = import_of(request.user, pk)
    show = request.GET.get("show") if request.GET.get("show") in Outcome.values else ""
    lines = row.lines.filter(outcome=show) if show else row.lines.all()
    lines = Paginator(lines.select_related("base"), ON_A_PAGE).get_page(request.GET.get("page"))
    for line in lines:
        line.sentences = [wording.sentence(each) for each in line.findings]
    tabs = [(value, label, row.counts.get(value, 0)) for value, label in Outcome.choices]
    return {"row": row, "lines": lines, "show": show, "tabs": tabs, "working": row.state in (State.CHECKING, State.TAKING)}
