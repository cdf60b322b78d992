"""The annotation page: the next task, its passages to mark, the answer to correct; how far people agree, and how many look at an item."""

import json

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from knowledge.models import KnowledgeBase
from knowledge.retrieval.standing import PARTLY, RIGHT, WRONG
from scrm.access import policy
from scrm.access.pages import page
from scrm.core.errors import Invalid, NotFound, ScrmError
from scrm.core.tasks import send
from training import agreement_selectors, annotation_selectors
from training.models import AnnotationTask
from training.services.adjudication import DECIDE
from training.services.annotation import (
    CHANGE,
    CONTROL_PEOPLE,
    MOST_PEOPLE,
    annotation_claim,
    annotation_finish,
    annotation_plan_set,
    annotation_reject,
    annotation_skip,
    annotations_export,
)

TAG_KEYS = "adfghj"  # a key for each tag, beside those of the marks
State = AnnotationTask.State


@page(CHANGE)
def annotation(request):
    task = annotation_claim(actor=request.user)
    context = {
        "task": task,
        "earlier": annotation_selectors.context(task) if task else [],
        "passages": annotation_selectors.passages(request.user, task) if task else [],
        "errors": tags(),
        "counts": annotation_selectors.counts(request.user),
        "plans": annotation_selectors.plans(_bases(request)),
        "choices": range(1, MOST_PEOPLE + 1),
        "control": CONTROL_PEOPLE,
        "may_decide": policy.can(request.user, DECIDE),
    }
    return render(request, "training/annotation.html", context)


@require_POST
@page(CHANGE)
def decide(request, pk: int):
    """`verb`: save, reject or skip. `grade_<chunk>`: 0-2 for each passage that was marked."""
    verb = request.POST.get("verb", "save")
    try:
        if verb == "reject":
            annotation_reject(actor=request.user, task_id=pk)
        elif verb == "skip":
            annotation_skip(actor=request.user, task_id=pk)
        else:
            said = {name: request.POST.get(name, "") for name in ("error", "corrected")}
            task = annotation_finish(actor=request.user, task_id=pk, grades=grades(request.POST), **said)
            messages.success(request, _kept(task))
    except ScrmError as error:
        if error.status == 404:
            raise
        messages.error(request, str(error))
    return redirect("training:annotation")


@require_POST
@page(CHANGE)
def plan(request, pk: int):
    """`people`: how many look at each item of the base."""
    row, people = _bases(request).filter(pk=pk).first(), request.POST.get("people", "")
    if row is None:
        raise NotFound
    try:
        annotation_plan_set(actor=request.user, base=row, people=int(people) if people.isdecimal() and len(people) < 3 else 0)
        messages.success(request, _("Saved."))
    except Invalid as error:
        messages.error(request, str(error))
    return redirect("training:annotation")


@page(CHANGE)
def agreement(request):
    found = agreement_selectors.agreement(_bases(request))
    names = {RIGHT: _("right"), PARTLY: _("partly"), WRONG: _("wrong")}
    marks = [(names[mark], figure) for mark, figure in found.per_mark]
    per_tag = [(AnnotationTask.Error(tag).label, figure) for tag, figure in found.per_tag]
    return render(request, "training/agreement.html", {"found": found, "marks": marks, "per_tag": per_tag})


@require_POST
@page(CHANGE)
def gather(request):
    send("training.annotation_gather", queue="bulk")
    messages.success(request, _("The latest answers are being looked through; reload in a moment."))
    return redirect("training:annotation")


@page(CHANGE)
def export(request):
    """Finished tasks as JSONL."""
    annotations_export(actor=request.user)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in annotation_selectors.exported(request.user, _bases(request)))
    headers = {"Content-Disposition": 'attachment; filename="annotations.jsonl"'}
    return StreamingHttpResponse(lines, content_type="application/x-ndjson", headers=headers)


def tags() -> list[tuple[str, str, str]]:
    """(value, label, key) of each error tag."""
    return [(value, label, key) for (value, label), key in zip(AnnotationTask.Error.choices, TAG_KEYS, strict=True)]


def grades(data) -> dict[int, int]:
    """From fields `grade_<chunk>`. Raises Invalid."""
    marked = {name.removeprefix("grade_"): value for name, value in data.items() if name.startswith("grade_") and value}
    if not all(chunk.isdecimal() and len(chunk) < 19 and grade in {"0", "1", "2"} for chunk, grade in marked.items()):
        raise Invalid(_("Say whether the passage is right, partly right or wrong."))
    return {int(chunk): int(grade) for chunk, grade in marked.items()}


def _kept(task: AnnotationTask) -> str:
    if task.state == State.OPEN:
        return _("Kept. It counts when a colleague has looked at it too.")
    if task.state == State.DISPUTED:
        return _("Kept. A colleague sees it otherwise: a third person decides.")
    return _("Kept. A corrected answer is found at once; the rest is learned at night.")


def _bases(request):
    return KnowledgeBase.objects.visible_to(request.user).filter(scratch=False)
