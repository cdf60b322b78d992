"""On the search test page: which passage is right. What is said here measures search weights and teaches the search."""

from typing import Any

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations import selectors
from conversations.services.questions import SEARCH
from knowledge.judged_selectors import Word, judged
from knowledge.models import KnowledgeBase
from knowledge.services.judgements import judgement_set, question_save
from scrm.access.pages import page
from scrm.core.errors import Invalid, NotFound

NOTHING = Word()


@require_POST
@page(SEARCH)
def judge(request, pk: int):
    """`chunk`: one of the passages shown; `grade`: 2 right, 1 partly, 0 wrong, empty to take it back."""
    row = selectors.question_own(request.user, pk)
    result = selectors.result_readable(request.user, row)
    hit = _hit(result, request.POST.get("chunk", ""))
    grade = request.POST.get("grade", "")
    if grade and not grade.isdecimal():
        raise Invalid(_("Say whether the passage is right, partly right or wrong."))
    judgement_set(actor=request.user, chunk_id=hit["chunk_id"], text=row.text, grade=int(grade) if grade else None)
    if not request.htmx:
        return redirect(f"{reverse('conversations:searched', args=[pk])}#hit-{hit['chunk_id']}")
    result |= judged_context(request.user, row, result)
    context = {"question": row, "result": result, "hit": _hit(result, str(hit["chunk_id"])), "swapped": True}
    return render(request, "conversations/judge.html", context)


@require_POST
@page(SEARCH)
def save(request, pk: int):
    """Keep the question as a test question of one of the bases it was put to."""
    row = selectors.question_own(request.user, pk)
    asked = row.bases.all()
    chosen = next((base for base in asked if str(base.pk) == request.POST.get("base")), asked[0] if len(asked) == 1 else None)
    if chosen is None:
        raise Invalid(_("Choose the knowledge base that should keep the question."))
    question_save(actor=request.user, base=chosen, text=row.text)
    messages.success(request, _("Saved as a test question of “%(base)s”.") % {"base": chosen})
    return redirect("conversations:searched", pk)


def judged_context(user, row, result: dict[str, Any]) -> dict[str, Any]:
    """The result's hits and rejected with `word` (what was said of each), and: `saved`, `unsaved` (bases), `missing` (right passages not found)."""
    shown = {key: result.get(key) or [] for key in ("hits", "rejected")}
    chunks = [hit["chunk_id"] for hits in shown.values() for hit in hits if "chunk_id" in hit]
    bases: list[KnowledgeBase] = list(row.bases.all())
    known = judged(user, row.text, [base.pk for base in bases], chunks)
    with_words = {key: [hit | {"word": known.words.get(hit.get("chunk_id"), NOTHING)} for hit in hits] for key, hits in shown.items()}
    return with_words | {
        "saved": [base for base in bases if base.pk in known.saved],
        "unsaved": [base for base in bases if base.pk not in known.saved],
        "missing": known.missing,
    }


def _hit(result: dict[str, Any], chunk: str) -> dict[str, Any]:
    """Raises Invalid without a number, NotFound for a passage that is not among those shown."""
    if not chunk.isdecimal():
        raise Invalid(_("Say which passage is meant."))
    shown = (*(result.get("hits") or ()), *(result.get("rejected") or ()))
    hit = next((hit for hit in shown if str(hit.get("chunk_id")) == chunk), None)
    if hit is None:
        raise NotFound
    return hit
