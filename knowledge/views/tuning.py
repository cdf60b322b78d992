"""Search weights of a base: sliders, what they do to its test questions, and those questions."""

from dataclasses import asdict
from datetime import timedelta

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from knowledge import judged_selectors, selectors
from knowledge.models import TuningTrial
from knowledge.retrieval.tuning import SHIPPED, Tuning
from knowledge.services.judgements import question_remove, question_save
from knowledge.services.trials import trial_open, tuning_apply
from knowledge.tuning_view import outcome, question_lines, sliders, unfinished
from scrm.access import policy
from scrm.access.pages import page
from scrm.core.errors import NotFound

SEARCH, CHANGE = "knowledge.search_knowledgebase", "knowledge.change_knowledgebase"
PATIENCE = timedelta(seconds=10)


@page(SEARCH)
def tuning(request, pk: int):
    """For who may test searches; only who may change the base moves the sliders."""
    base = selectors.base_visible(request.user, pk)
    trial = _trial(base, request.GET.get("trial", ""))
    weights = Tuning.from_json(trial.weights if trial and "trial" in request.GET else base.tuning)
    return render(request, "knowledge/tuning.html", _context(request, base, trial) | {"sliders": sliders(weights)})


@require_POST
@page(CHANGE)
def trial(request, pk: int):
    """Try what the sliders say; the page, or for htmx the part that waits for the result."""
    base = selectors.base_visible(request.user, pk)
    row = trial_open(actor=request.user, base=base, weights=_weights(request))
    if request.htmx:
        return render(request, "knowledge/tuning_trial.html", _context(request, base, row))
    return redirect(f"{request.path.removesuffix('trial/')}?trial={row.pk}")


@page(CHANGE)
def trial_result(request, pk: int):
    """The result alone, polled until it is there."""
    row = TuningTrial.objects.visible_to(request.user).select_related("base").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return render(request, "knowledge/tuning_trial.html", _context(request, row.base, row))


@require_POST
@page(CHANGE)
def apply(request, pk: int):
    """`what=reset`: as shipped."""
    base = selectors.base_visible(request.user, pk)
    weights = {} if request.POST.get("what") == "reset" else _weights(request)
    changed = tuning_apply(actor=request.user, base=base, weights=weights, seen=_weights(request, "seen-"))
    messages.success(
        request, _("Applied: searches use these weights from now on.") if changed else _("These weights are in force already.")
    )
    return redirect("knowledge:tuning", pk)


@require_POST
@page(SEARCH)
def question_add(request, pk: int):
    base = selectors.base_visible(request.user, pk)
    question_save(actor=request.user, base=base, text=request.POST.get("text", ""))
    messages.success(request, _("Saved. Search with it and say which passage is right."))
    return redirect("knowledge:tuning", pk)


@require_POST
@page(SEARCH)
def question_drop(request, pk: int):
    row = judged_selectors.question_visible(request.user, pk)
    question_remove(actor=request.user, question=row)
    messages.success(request, _("The test question was removed."))
    return redirect("knowledge:tuning", row.base_id)


def _context(request, base, trial: TuningTrial | None) -> dict:
    result = outcome(trial) if trial else None
    questions = list(judged_selectors.questions_of(request.user, base))
    return {
        "base": base, "trial": trial, "outcome": result, "may_change": policy.can(request.user, CHANGE, base),
        "lines": question_lines(questions, result), "seen": asdict(Tuning.from_json(base.tuning)).items(),
        "is_shipped": Tuning.from_json(base.tuning) == SHIPPED, "unfinished": trial is not None and unfinished(trial),
        "late": trial is not None and timezone.now() - trial.created_at > PATIENCE,
        "measurable": bool(judged_selectors.questions_judged(base, 1)),
        "stale": trial is not None and Tuning.from_json(trial.before) != Tuning.from_json(base.tuning),
    }  # fmt: skip


def _trial(base, asked: str) -> TuningTrial | None:
    """The one asked for, else the newest that is done."""
    rows = base.trials.order_by("-pk")
    return rows.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 10 else rows.filter(state="done").first()


def _weights(request, prefix: str = "") -> dict[str, float]:
    """The numbers among the fields sent; anything else is left as shipped."""
    return {name: float(value) for name in asdict(SHIPPED) if _is_number(value := request.POST.get(prefix + name, ""))}


def _is_number(text: str) -> bool:
    return len(text) < 20 and text.replace(".", "", 1).isdecimal() and text.isascii()
