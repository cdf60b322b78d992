"""The review queue: answers that wait for a person."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations import selectors
from conversations.choices import ReviewState
from conversations.services.reveals import REVEAL
from conversations.services.reviews import review_approve, review_reject
from scrm.access import policy
from scrm.access.pages import page

DECIDE = "conversations.decide_reviewtask"


@page("conversations.view_reviewtask")
def reviews(request):
    """Open tasks of visible accounts, oldest first, and what was decided last."""
    return render(request, "conversations/reviews.html", _context(request))


@page("conversations.view_reviewtask")
def reviews_news(request):
    """204 while the queue is what the page shows; else a line that says it has changed, so that no draft under edit is lost."""
    stamp = selectors.reviews_stamp(request.user)
    if request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    return render(request, "conversations/reviews_news.html")


@require_POST
@page(DECIDE)
def approve(request, pk: int):
    task = review_approve(actor=request.user, task=selectors.review_visible(request.user, pk), text=request.POST.get("text"))
    if task.state == ReviewState.APPROVED:
        messages.success(request, _("Approved; the answer is on its way to the customer."))
    elif task.proposed_by == request.user:
        messages.info(request, _("Your words are saved; two colleagues have to approve them before they are sent."))
    else:
        messages.info(request, _("Noted; a second colleague has to approve this answer before it is sent."))
    return redirect("conversations:reviews")


@require_POST
@page(DECIDE)
def reject(request, pk: int):
    review_reject(actor=request.user, task=selectors.review_visible(request.user, pk), note=request.POST.get("note", ""))
    messages.success(request, _("Rejected; the conversation is offered to a person."))
    return redirect("conversations:reviews")


def _context(request) -> dict:
    user = request.user
    return {
        "tasks": selectors.reviews_open(user), "decided": selectors.reviews_decided(user),
        "stamp": selectors.reviews_stamp(user), "may_decide": policy.can(user, DECIDE),
        "may_reveal": policy.can(user, REVEAL),
    }  # fmt: skip
