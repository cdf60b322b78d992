"""Prompts: their versions, what a draft changes, trying it, putting it in force and taking it back."""

from datetime import timedelta

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations import prompt_selectors as selectors
from conversations.choices import PromptKind, PromptState, PromptTrialState
from conversations.models import PromptTrial
from conversations.services.prompt_trials import (
    MOST,
    left_alone,
    prompt_opponent,
    prompt_trial_again,
    prompt_trial_cancel,
    prompt_try,
)
from conversations.services.prompts import CHANGE, PUBLISH, prompt_draft, prompt_edit, prompt_publish, prompt_remove, prompt_reset
from knowledge.models import KnowledgeBase
from scrm.access import policy
from scrm.access.pages import page
from scrm.ai.chat import chat_configured
from scrm.core.comparison import compare
from scrm.core.errors import NotFound, ScrmError

PATIENCE = timedelta(seconds=15)
GOING = (PromptTrialState.QUEUED, PromptTrialState.RUNNING)


@page(selectors.VIEW)
def prompts(request):
    context = {"shelves": selectors.shelves(request.user), "connected": chat_configured(), **_may(request.user)}
    return render(request, "conversations/prompts.html", context)


@page(CHANGE)
def prompt_new(request, kind: str):
    """A draft that begins with the wording in force, or with that of `?from=`."""
    if kind not in PromptKind.values:
        raise NotFound
    source = request.GET.get("from", "")
    begin = (
        selectors.prompt_visible(request.user, int(source)).text if source.isdecimal() and len(source) < 10 else selectors.in_force(kind)[1]
    )
    context = {"kind": PromptKind(kind), "text": begin, "guard": selectors.GUARDS[PromptKind(kind)]}
    if request.method != "POST":
        return render(request, "conversations/prompt_new.html", context)
    text, note = request.POST.get("text", ""), request.POST.get("note", "")
    try:
        row = prompt_draft(actor=request.user, kind=kind, text=text, note=note)
    except ScrmError as error:
        context |= {"text": text, "note": note, "failure": str(error)}
        return render(request, "conversations/prompt_new.html", context, status=error.status)
    messages.success(request, _("Kept as a draft. Try it, then put it in force."))
    return redirect("conversations:prompt", row.pk)


@page(selectors.VIEW)
def prompt(request, pk: int):
    """The version, what differs from `?with=`, and questions of `?base=` to try it on: these alone for htmx."""
    template = "conversations/prompt_saved.html" if request.htmx else "conversations/prompt.html"
    return render(request, template, _context(request, pk))


@require_POST
@page(CHANGE)
def prompt_edit_view(request, pk: int):
    row = selectors.prompt_visible(request.user, pk)
    text, note = request.POST.get("text", ""), request.POST.get("note", "")
    try:
        prompt_edit(actor=request.user, prompt=row, text=text, note=note)
    except ScrmError as error:
        context = _context(request, pk) | {"failure": str(error), "typed": text}
        return render(request, "conversations/prompt.html", context, status=error.status)
    messages.success(request, _("Saved."))
    return redirect("conversations:prompt", pk)


@require_POST
@page(PUBLISH)
def prompt_publish_view(request, pk: int):
    row = selectors.prompt_visible(request.user, pk)
    changed = prompt_publish(actor=request.user, prompt=row)
    messages.success(request, _("In force from the next question on.") if changed else _("This version is in force already."))
    return redirect("conversations:prompts")


@require_POST
@page(PUBLISH)
def prompt_reset_view(request, kind: str):
    if kind not in PromptKind.values:
        raise NotFound
    changed = prompt_reset(actor=request.user, kind=kind)
    messages.success(request, _("The built-in wording is in force again.") if changed else _("The built-in wording is in force already."))
    return redirect("conversations:prompts")


@require_POST
@page(CHANGE)
def prompt_remove_view(request, pk: int):
    prompt_remove(actor=request.user, prompt=selectors.prompt_visible(request.user, pk))
    messages.success(request, _("The draft was removed."))
    return redirect("conversations:prompts")


@require_POST
@page(CHANGE)
def prompt_try_view(request, pk: int):
    row = selectors.prompt_visible(request.user, pk)
    lines = request.POST.get("questions", "").splitlines()
    chosen = [_number(each) for each in request.POST.getlist("saved")]
    try:
        trial = prompt_try(actor=request.user, prompt=row, base_id=_number(request.POST.get("base")), lines=lines, saved=chosen)
    except ScrmError as error:
        context = _context(request, pk) | {"trial_failure": str(error), "asked": "\n".join(lines), "chosen": chosen}
        return render(request, "conversations/prompt.html", context, status=error.status)
    return redirect("conversations:prompt_trial", trial.pk)


@page(CHANGE)
def prompt_trial(request, pk: int):
    """Answers side by side; the part that htmx polls while it goes on."""
    trial = selectors.prompt_trial_own(request.user, pk)
    template = "conversations/prompt_trial_result.html" if request.htmx else "conversations/prompt_trial.html"
    return render(request, template, _trial_context(trial))


@require_POST
@page(CHANGE)
def prompt_trial_cancel_view(request, pk: int):
    prompt_trial_cancel(actor=request.user, trial=selectors.prompt_trial_own(request.user, pk))
    return redirect("conversations:prompt_trial", pk)


@require_POST
@page(CHANGE)
def prompt_trial_again_view(request, pk: int):
    prompt_trial_again(actor=request.user, trial=selectors.prompt_trial_own(request.user, pk))
    return redirect("conversations:prompt_trial", pk)


def _may(user) -> dict:
    return {"may_change": policy.can(user, CHANGE), "may_publish": policy.can(user, PUBLISH)}


def _number(text: str | None) -> int:
    """0 for what is none."""
    return int(text) if text and text.isdecimal() and len(text) < 19 else 0


def _context(request, pk: int) -> dict:
    row = selectors.prompt_visible(request.user, pk)
    wanted = request.GET.get("with", "")
    other = _number(wanted) if wanted else prompt_opponent(row)
    base, saved = selectors.saved_questions(request.user, _number(request.POST.get("base") or request.GET.get("base")))
    return {
        "prompt": row, "is_draft": row.state == PromptState.DRAFT, "is_live": row.state == PromptState.LIVE,
        "guard": selectors.GUARDS[PromptKind(row.kind)], "tried": selectors.prompt_tried(row), **_may(request.user),
        "other": other, "others": selectors.others_of(row), "comparison": compare(selectors.wording_of(row.kind, other), row.text),
        "connected": chat_configured(), "bases": KnowledgeBase.objects.visible_to(request.user).filter(scratch=False),
        "base": base, "saved": saved, "chosen": [each.pk for each in saved[:MOST]], "most": MOST,
        "trials": PromptTrial.objects.filter(prompt=row, created_by=request.user).select_related("base"),
        "with_history": row.kind == PromptKind.REWRITE,
    }  # fmt: skip


def _trial_context(trial: PromptTrial) -> dict:
    rows = trial.result.get("rows", [])
    going = trial.state in GOING
    alone = sum(left_alone(row) for row in rows)
    return {
        "trial": trial, "prompt": trial.prompt, "rows": rows, "done": len(rows), "total": len(trial.questions), "going": going,
        "totals": {side: _totals([row[side] for row in rows]) for side in ("before", "after")},
        "differing": sum(row["before"]["answer"] != row["after"]["answer"] for row in rows), "alone": alone,
        "stopped": trial.state in (PromptTrialState.FAILED, PromptTrialState.CANCELLED) or (alone and not going),
        "late": going and not rows and timezone.now() - trial.created_at > PATIENCE,
        "stale": trial.against != prompt_opponent(trial.prompt), "edited": trial.text != trial.prompt.text,
    }  # fmt: skip


def _totals(sides: list[dict]) -> dict:
    """tokens: 0 when the endpoint does not say."""
    return {
        "refused": sum(side["refused"] for side in sides), "sentences": sum(len(side["sentences"]) for side in sides),
        "cut": sum(side["cut"] for side in sides),
        "alone": sum(side["fell_back"] for side in sides), "seconds": sum(side["seconds"] for side in sides),
        "tokens": sum(side["tokens"] for side in sides),
    }  # fmt: skip
