"""The ask page, and the search test page, which is the same without the answer."""

from datetime import timedelta

from django.shortcuts import redirect, render
from django.utils import timezone

from conversations import selectors
from conversations.choices import QuestionState
from conversations.services.questions import ASK, SEARCH, question_ask
from conversations.views.judging import judged_context
from conversations.views.trace import SEARCH_STEPS, STEP_LABELS, trace_steps
from knowledge.models import KnowledgeBase
from scrm.access.pages import page
from scrm.core.errors import ScrmError

HISTORY = 12
# An idle interactive worker answers in well under a second; after this long nobody is listening.
PATIENCE = timedelta(seconds=10)
UNFINISHED = (QuestionState.QUEUED, QuestionState.RUNNING)


@page(ASK)
def ask(request):
    return _form(request, search_only=False)


@page(SEARCH)
def search_test(request):
    return _form(request, search_only=True)


@page(ASK)
def question(request, pk: int):
    """One own question with its result."""
    row = selectors.question_own(request.user, pk)
    context = _page_context(request, row.search_only, text=row.text, chosen={base.pk for base in row.bases.all()})
    return render(request, "conversations/ask.html", context | question_context(request.user, row))


@page(ASK)
def question_result(request, pk: int):
    """The result alone, polled until it is there."""
    return render(request, "conversations/ask_result.html", question_context(request.user, selectors.question_own(request.user, pk)))


def _form(request, *, search_only: bool):
    if request.method != "POST":
        bases = {int(request.GET["base"])} if request.GET.get("base", "").isdecimal() else None
        return render(
            request, "conversations/ask.html", _page_context(request, search_only, text=request.GET.get("text", ""), chosen=bases)
        )
    chosen = {int(each) for each in request.POST.getlist("bases") if each.isdecimal()}
    text = request.POST.get("text", "")
    try:
        as_customer = search_only and "as_customer" in request.POST
        row = question_ask(actor=request.user, base_ids=chosen, text=text, search_only=search_only, as_customer=as_customer)
    except ScrmError as error:
        context = _page_context(request, search_only, text=text, chosen=chosen) | {"failure": str(error)}
        return render(request, "conversations/ask.html", context, status=error.status)
    return redirect("conversations:searched" if search_only else "conversations:question", row.pk)


def _page_context(request, search_only: bool, *, text: str = "", chosen: set[int] | None = None) -> dict:
    bases = KnowledgeBase.objects.visible_to(request.user).filter(scratch=False)
    history = selectors.questions_own(request.user).filter(search_only=search_only)[:HISTORY]
    return {"search_only": search_only, "bases": bases, "history": history, "text": text, "chosen": chosen}


def question_context(user, row) -> dict:
    """The question's state; for a finished one its result. `late`: no worker has taken it up for PATIENCE."""
    late = row.state == QuestionState.QUEUED and timezone.now() - row.created_at > PATIENCE
    result = selectors.result_readable(user, row)
    if row.search_only:
        result |= judged_context(user, row, result)
        titles = selectors.same_in(user, result)
        result["hits"] = [hit | {"same_in": titles.get(hit.get("chunk_id"), [])} for hit in result.get("hits") or []]
    return {
        "question": row, "unfinished": row.state in UNFINISHED, "late": late, "result": result,
        "steps": trace_steps(result.get("trace") or [], user), "timings": timings(result),
    }  # fmt: skip


def timings(result: dict) -> list[tuple[str, float]]:
    """(label, milliseconds) of a result's steps in the order they ran, the total last. JSON in Postgres does not keep an order."""
    found = dict(result.get("timings_ms") or {})
    order = [entry["step"] for entry in result.get("trace") or []] or list(SEARCH_STEPS)
    names = [name for name in order if name in found]
    names = [name for name in names if name != "total"] + sorted(found.keys() - set(names) - {"total"}) + ["total"] * ("total" in found)
    return [(STEP_LABELS.get(name) or SEARCH_STEPS.get(name, name), found[name]) for name in names]
