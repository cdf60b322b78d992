"""Where annotators differ: the list, and one item with everybody's words."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from scrm.access.pages import page
from scrm.core.errors import Conflict, ScrmError
from training import annotation_selectors
from training.annotation_selectors import words_of
from training.services.adjudication import DECIDE, annotation_adjudicate, annotation_dismiss, disputed_task
from training.settling import differences
from training.views.annotation import grades, tags

ON_A_PAGE = 30


@page(DECIDE)
def disputes(request):
    rows = Paginator(annotation_selectors.disputed(request.user), ON_A_PAGE).get_page(request.GET.get("page"))
    for row in rows:
        said = [each for each in row.opinions.all() if each.said_at]
        row.differ, row.people = sorted(differences(words_of(said))), [each.author for each in said]
        row.mine = request.user in row.people
    return render(request, "training/disputes.html", {"rows": rows})


@page(DECIDE)
def dispute(request, pk: int):
    try:
        task = disputed_task(request.user, pk)
    except Conflict as error:
        messages.error(request, str(error))
        return redirect("training:disputes")
    failure, status = "", 200
    if request.method == "POST":
        try:
            _decided(request, pk)
        except ScrmError as error:
            failure, status = str(error), error.status
        else:
            messages.success(request, _("Decided. Your word is what is learned."))
            return redirect("training:disputes")
    opinions = list(task.opinions.filter(said_at__isnull=False).select_related("author"))
    context = {
        "task": task, "opinions": opinions, "passages": annotation_selectors.passages(request.user, task, opinions), "errors": tags(),
        "earlier": annotation_selectors.context(task), "failure": failure, "corrected": request.POST.get("corrected", ""),
    }  # fmt: skip
    return render(request, "training/dispute.html", context, status=status)


def _decided(request, pk: int) -> None:
    if request.POST.get("verb") == "reject":
        annotation_dismiss(actor=request.user, task_id=pk)
        return
    said = {name: request.POST.get(name, "") for name in ("error", "corrected")}
    annotation_adjudicate(actor=request.user, task_id=pk, grades=grades(request.POST), **said)
