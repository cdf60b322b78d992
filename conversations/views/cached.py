"""The answer cache: what it holds, and taking something out of it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from conversations import cache_selectors as selectors
from conversations.services.cached_answers import DELETE, cached_answer_remove, cached_answers_clear
from knowledge.models import KnowledgeBase
from knowledge.selectors import base_visible
from scrm.access import policy
from scrm.access.pages import page

VIEW = "conversations.view_cachedanswer"
_PAGE = 30


@page(VIEW)
def cached(request):
    search = request.GET.get("q", "").strip()[:100]
    entries = Paginator(selectors.cached_answers(request.user, search), _PAGE).get_page(request.GET.get("page"))
    names = selectors.base_names(entries)
    rows = [(entry, [names[pk] for pk in entry.base_ids if pk in names]) for entry in entries]
    context = {"page": entries, "rows": rows, "search": search, "figures": selectors.cache_figures(request.user)}
    bases = KnowledgeBase.objects.visible_to(request.user).filter(scratch=False)
    return render(request, "conversations/cached.html", context | {"bases": bases, "may_delete": policy.can(request.user, DELETE)})


@require_POST
@page(DELETE)
def cached_remove(request, pk: int):
    cached_answer_remove(actor=request.user, entry=selectors.cached_answer_visible(request.user, pk))
    messages.success(request, _("Removed; the next one who asks gets an answer that is worked out anew."))
    return redirect("conversations:cached")


@require_POST
@page(DELETE)
def cached_clear(request, pk: int):
    count = cached_answers_clear(actor=request.user, base=base_visible(request.user, pk))
    messages.success(request, ngettext("%(n)d cached answer removed.", "%(n)d cached answers removed.", count) % {"n": count})
    return redirect("conversations:cached")
