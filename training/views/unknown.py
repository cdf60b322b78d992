"""Unknown questions: who waits for an answer, one form to give it, and the proof that it arrives."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from conversations.models import Conversation
from scrm.access.pages import page
from scrm.core.errors import ScrmError
from scrm.core.tasks import send
from training import unknown_selectors
from training.models import UnknownQuestion
from training.services.unknown import CHANGE, unknown_answer, unknown_dismiss, unknown_of

ON_A_PAGE, SHOWN = 30, 20
NOTHING = {
    UnknownQuestion.State.OPEN: gettext_lazy("Refused questions and answers that solved nothing appear here within a quarter of an hour."),
    UnknownQuestion.State.ANSWERED: gettext_lazy(
        "Questions that were given an answer here appear with how many customers it has served since."
    ),
    UnknownQuestion.State.DISMISSED: gettext_lazy("Questions that were set aside as not needing an answer appear here."),
}


@page(CHANGE)
def unknown(request):
    state = request.GET.get("state") if request.GET.get("state") in UnknownQuestion.State.values else UnknownQuestion.State.OPEN
    rows = Paginator(unknown_selectors.unknown_list(request.user, state), ON_A_PAGE).get_page(request.GET.get("page"))
    found = unknown_selectors.counts(request.user)
    tabs = [(value, label, found.get(value, 0)) for value, label in UnknownQuestion.State.choices]
    return render(request, "training/unknown.html", {"rows": rows, "state": state, "tabs": tabs, "nothing": NOTHING[state]})


@require_POST
@page(CHANGE)
def gather(request):
    send("training.unknown_gather", queue="bulk")
    messages.success(request, _("The latest conversations are being looked through; reload in a moment."))
    return redirect("training:unknown")


@page(CHANGE)
def one(request, pk: int):
    row = unknown_of(request.user, pk)
    failure, status = "", 200
    question, answer = request.POST.get("question", row.text), request.POST.get("answer", "")
    if request.method == "POST":
        try:
            unknown_answer(actor=request.user, unknown=row, question=question, answer=answer)
        except ScrmError as error:
            failure, status = str(error), error.status
        else:
            messages.success(request, _("Answered. Whoever asks next is answered from it; this page shows whether that works."))
            return redirect("training:unknown_one", row.pk)
    askers, served = unknown_selectors.askers(row, SHOWN), unknown_selectors.served_turns(row, SHOWN)
    context = {"row": row, "askers": askers, "served": served, "question": question, "answer": answer, "failure": failure}
    context["visible"] = set(
        Conversation.objects.visible_to(request.user).filter(pk__in=_conversations(askers, served)).values_list("pk", flat=True)
    )
    return render(request, "training/unknown_one.html", context, status=status)


@require_POST
@page(CHANGE)
def dismiss(request, pk: int):
    unknown_dismiss(actor=request.user, unknown=unknown_of(request.user, pk))
    messages.success(request, _("Dismissed."))
    return redirect("training:unknown")


def _conversations(askers, served) -> set[int]:
    return {each.turn.conversation_id for each in askers} | {turn.conversation_id for turn in served}
