"""Verbs on the documents chosen in the list, or on all that match its filter."""

from django.contrib import messages
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from knowledge import selectors
from knowledge.forms import ManyDocumentsForm
from knowledge.listing import Filter, documents_listed
from knowledge.models import BulkChange, KnowledgeBase
from knowledge.services.bulk_changes import bulk_open
from knowledge.services.bulk_work import Verb
from knowledge.services.documents import documents_remove, documents_restore
from knowledge.services.validity import documents_change
from scrm.access.pages import page
from scrm.core.errors import Invalid, ScrmError

AT_ONCE = 500  # documents: half a second; more are a job
MOST = 100_000  # documents a click


@require_POST
@page("knowledge.change_document")
def documents_many(request, pk: int):
    """`do`: remove, restore or change. `pick`: ids; `all`: whatever the filter matches now, on other pages too.

    Many at once are done in the background, on a page of their own.
    """
    base = selectors.base_visible(request.user, pk)
    chosen = Filter.read(request.POST)
    try:
        ids = _ids(request, base, chosen)
        if len(ids) > AT_ONCE:
            return redirect("knowledge:bulk", _begun(request, base, ids).pk)
        messages.success(request, _done(request, base, ids))
    except ScrmError as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('knowledge:base', args=[base.pk])}?{chosen.query}")


def _ids(request, base: KnowledgeBase, chosen: Filter) -> list[int]:
    if request.POST.get("all"):
        ids = list(documents_listed(base, chosen).order_by("pk").values_list("pk", flat=True)[: MOST + 1])
        if len(ids) > MOST:
            messages.warning(request, _("%(n)d documents at a time: do it again for the rest.") % {"n": MOST})
            ids.pop()
    else:
        picked = [int(each) for each in request.POST.getlist("pick") if each.isdecimal() and len(each) < 19]
        ids = list(base.documents.filter(pk__in=picked).values_list("pk", flat=True))
    if not ids:
        raise Invalid(_("Choose at least one document."))
    return ids


def _begun(request, base: KnowledgeBase, ids: list[int]) -> BulkChange:
    do = request.POST.get("do")
    verb = do if do in (Verb.REMOVE, Verb.RESTORE) else Verb.CHANGE
    changes = _changes(request, base) if verb == Verb.CHANGE else None
    return bulk_open(actor=request.user, base=base, verb=verb, document_ids=ids, changes=changes)


def _done(request, base: KnowledgeBase, ids: list[int]) -> str:
    actor, verb = request.user, request.POST.get("do")
    if verb == "remove":
        n = documents_remove(actor=actor, base=base, document_ids=ids)
        said = ngettext(
            "%(n)d document was removed; no answer uses it any more.", "%(n)d documents were removed; no answer uses them any more.", n
        )
        return said % {"n": n}
    if verb == "restore":
        restored = documents_restore(actor=actor, base=base, document_ids=ids)
        return _("%(n)d answer again; %(m)d are on their way through the import.") % {"n": restored.answering, "m": restored.importing}
    n = documents_change(actor=actor, base=base, document_ids=ids, changes=_changes(request, base))
    return ngettext("%(n)d document was changed.", "%(n)d documents were changed.", n) % {"n": n}


def _changes(request, base: KnowledgeBase) -> dict:
    form = ManyDocumentsForm(request.POST, people=selectors.people_of(base))
    if not form.is_valid():
        raise Invalid(" ".join(f"{form.fields[name].label}: {' '.join(errors)}" for name, errors in form.errors.items()))
    changes = form.changes()
    if not changes:
        raise Invalid(_("Fill in what is to be changed."))
    return changes
