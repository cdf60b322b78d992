"""The annotation page: the next task, its passages to mark, the answer to correct."""

import json

from django.contrib import messages
from django.http import StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from knowledge.models import KnowledgeBase
from scrm.access.pages import page
from scrm.core.errors import Invalid, ScrmError
from scrm.core.tasks import send
from training import annotation_selectors
from training.models import AnnotationTask
from training.services.annotation import (
    CHANGE,
    annotation_claim,
    annotation_finish,
    annotation_reject,
    annotation_skip,
    annotations_export,
)


@page(CHANGE)
def annotation(request):
    task = annotation_claim(actor=request.user)
    bases = KnowledgeBase.objects.visible_to(request.user)
    context = {
        "task": task,
        "passages": annotation_selectors.passages(request.user, task) if task else [],
        "errors": AnnotationTask.Error.choices,
        "counts": annotation_selectors.counts(request.user),
        "agreement": annotation_selectors.agreement(bases),
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
            annotation_finish(actor=request.user, task_id=pk, grades=_grades(request.POST), **said)
            messages.success(request, _("Kept. A corrected answer is found at once; the rest is learned at night."))
    except ScrmError as error:
        if error.status == 404:
            raise
        messages.error(request, str(error))
    return redirect("training:annotation")


@require_POST
@page(CHANGE)
def gather(request):
    send("training.annotation_gather", queue="bulk")
    messages.success(request, _("The latest answers are being looked through; reload in a moment."))
    return redirect("training:annotation")


@page(CHANGE)
def export(request):
    """Finished tasks as JSONL."""
    bases = KnowledgeBase.objects.visible_to(request.user)
    annotations_export(actor=request.user)
    lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in annotation_selectors.exported(request.user, bases))
    headers = {"Content-Disposition": 'attachment; filename="annotations.jsonl"'}
    return StreamingHttpResponse(lines, content_type="application/x-ndjson", headers=headers)


def _grades(data) -> dict[int, int]:
    marked = {name.removeprefix("grade_"): value for name, value in data.items() if name.startswith("grade_") and value}
    if not all(chunk.isdecimal() and grade in {"0", "1", "2"} for chunk, grade in marked.items()):
        raise Invalid(_("Say whether the passage is right, partly right or wrong."))
    return {int(chunk): int(grade) for chunk, grade in marked.items()}
