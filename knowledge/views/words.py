"""The dictionary of a base: words, synonyms, suggestions."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from knowledge import selectors, word_selectors
from knowledge.services.words import CHANGE, word_remove, word_save, words_decide, words_import, words_suggest
from scrm.access import policy
from scrm.access.pages import page
from scrm.core.errors import ScrmError

VIEW = "knowledge.view_document"
ON_A_PAGE = 100
SUGGESTIONS = 60


@page(VIEW)
def words(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    search = request.GET.get("q", "").strip()[:60]
    rows = Paginator(word_selectors.words_of(base, search=search), ON_A_PAGE).get_page(request.GET.get("page"))
    suggested = word_selectors.words_suggested(base)
    context = {
        "base": base, "page": rows, "search": search, "suggested": suggested[:SUGGESTIONS], "n_suggested": suggested.count(),
        "jobs": word_selectors.words_running(base), "may_change": policy.can(request.user, CHANGE, base),
    }  # fmt: skip
    return render(request, "knowledge/words.html", context)


@require_POST
@page(CHANGE)
def save(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    synonyms = request.POST.get("synonyms", "").replace("，", ",").replace("、", ",").split(",")
    try:
        word_save(actor=request.user, base=base, word=request.POST.get("word", ""), synonyms=filter(str.strip, synonyms))
        messages.success(request, _("Saved. Texts that have the word are being brought up to date; searches go on meanwhile."))
    except ScrmError as error:
        messages.error(request, str(error))
    return redirect("knowledge:words", base.pk)


@require_POST
@page(CHANGE)
def import_(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    try:
        report = words_import(actor=request.user, base=base, text=request.POST.get("text", "")[:2_000_000])
    except ScrmError as error:
        messages.error(request, str(error))
        return redirect("knowledge:words", base.pk)
    added = sum(line.outcome == "added" for line in report)
    messages.success(request, ngettext("%(n)d word was taken in.", "%(n)d words were taken in.", added) % {"n": added})
    refused = [line for line in report if line.outcome == "refused"]
    for line in refused[:20]:
        messages.error(request, _("Line %(n)s “%(text)s”: %(cause)s") % {"n": line.number, "text": line.text[:60], "cause": line.cause})
    if len(refused) > 20:
        more = len(refused) - 20
        messages.error(request, ngettext("and %(n)d more line", "and %(n)d more lines", more) % {"n": more})
    return redirect("knowledge:words", base.pk)


@require_POST
@page(CHANGE)
def decide(request, pk: int):
    """One suggested word (its button), or all that the page shows."""
    base = selectors.base_visible(request.user, pk)
    ids = [int(value) for value in request.POST.getlist("word") if value.isdecimal() and len(value) < 18]
    accept = request.POST.get("decision") == "accept"
    number = words_decide(actor=request.user, base=base, ids=ids, accept=accept)
    if accept:
        said = ngettext("%(n)d word was taken in.", "%(n)d words were taken in.", number)
    else:
        said = ngettext("%(n)d suggestion was turned down.", "%(n)d suggestions were turned down.", number)
    messages.success(request, said % {"n": number})
    return redirect("knowledge:words", base.pk)


@require_POST
@page(CHANGE)
def remove(request, pk: int):
    word = word_selectors.word_visible(request.user, pk)
    word_remove(actor=request.user, word=word)
    messages.success(request, _("“%(word)s” was taken out of the dictionary.") % {"word": word.word})
    return redirect("knowledge:words", word.base_id)


@require_POST
@page(CHANGE)
def suggest(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    words_suggest(actor=request.user, base=base)
    messages.success(request, _("Documents and questions are being gone through for new words. Suggestions appear here when it is done."))
    return redirect("knowledge:words", base.pk)
