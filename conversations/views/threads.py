"""One conversation: the thread, the customer beside it, and what a person can do about it."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations import selectors
from conversations.choices import ConversationState, Holder
from conversations.draft_selectors import draft_asked_for
from conversations.models import Conversation
from conversations.services.conversations import agent_reply
from conversations.services.handover import conversation_close, conversation_hand_back, conversation_take_over
from conversations.services.repair import outbound_again
from conversations.services.reveals import REVEAL
from conversations.views.inbox import VIEW, list_context
from scrm.access import policy
from scrm.access.pages import page

ANSWER = "conversations.answer_conversation"


@page(VIEW)
def conversation(request, pk: int):
    """The page of one conversation, with the inbox list beside it."""
    row = selectors.conversation_visible(request.user, pk)
    context = list_context(request, open_id=pk) | thread_context(request, row) | customer_context(request.user, row)
    context |= draft_asked_for(request.user, row, request.GET.get("draft", ""))
    return render(request, "conversations/conversation.html", context)


@page(VIEW)
def thread(request, pk: int):
    """The thread alone, polled: 204 while `seen` is still true. The reply form comes along only when the holder changed."""
    row = selectors.conversation_visible(request.user, pk)
    seen, _sep, seen_hold = request.GET.get("seen", "").partition("-")
    if seen == selectors.thread_stamp(row):
        return HttpResponse(status=204)
    context = thread_context(request, row)
    return render(request, "conversations/thread.html", context | {"with_composer": seen_hold != context["hold"]})


@require_POST
@page(ANSWER)
def take_over(request, pk: int):
    return _after(
        request,
        conversation_take_over(actor=request.user, conversation=_row(request, pk)),
        _("You hold this conversation now; the bot is silent."),
    )


@require_POST
@page(ANSWER)
def hand_back(request, pk: int):
    return _after(
        request,
        conversation_hand_back(actor=request.user, conversation=_row(request, pk)),
        _("The bot answers again from the next message on."),
    )


@require_POST
@page(ANSWER)
def close(request, pk: int):
    return _after(request, conversation_close(actor=request.user, conversation=_row(request, pk)), _("The conversation is closed."))


@require_POST
@page(ANSWER)
def reply(request, pk: int):
    row = _row(request, pk)
    agent_reply(
        actor=request.user,
        conversation=row,
        text=request.POST.get("text", ""),
        key=request.POST.get("key", "")[:40],
        draft_id=number_of(request.POST.get("draft", "")),
    )
    return _after(request, row, "")


@require_POST
@page(ANSWER)
def send_again(request, pk: int):
    """Words that did not reach the customer, once more."""
    outbound = selectors.outbound_visible(request.user, pk)
    outbound_again(actor=request.user, outbound=outbound)
    return _after(request, outbound.conversation, _("Queued again."))


def number_of(text: str) -> int:
    """The id in a form field, 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) < 19 else 0


def _row(request, pk: int) -> Conversation:
    return selectors.conversation_visible(request.user, pk)


def _after(request, row: Conversation, said: str):
    """The thread again for htmx, else back to the page of the conversation."""
    if said:
        messages.success(request, said)
    if not request.htmx:
        return redirect("conversations:conversation", row.pk)
    context = thread_context(request, selectors.conversation_visible(request.user, row.pk))
    return render(request, "conversations/thread.html", context | {"with_composer": True, "with_toasts": True})


def thread_context(request, row: Conversation) -> dict:
    """The thread and what this person may do in it. `hold` names who answers, for the poll to notice a change."""
    user = request.user
    before = request.GET.get("before", "")
    mine = row.holder == Holder.PERSON and row.assignee_id == user.pk
    is_open = row.state == ConversationState.OPEN
    may = policy.can(user, ANSWER)
    hold = f"{row.state}.{row.holder}.{row.assignee_id or 0}"
    return {
        "conversation": row, "entries": selectors.thread(user, row, before=int(before) if before.isdecimal() else None),
        "stamp": f"{selectors.thread_stamp(row)}-{hold}", "hold": hold, "bot_is_writing": selectors.bot_is_writing(row),
        "mine": mine, "is_open": is_open, "may_answer": may, "can_reply": may and mine and is_open,
        "can_take_over": may and is_open and not mine and (row.holder != Holder.PERSON or row.assignee_id is None),
        "form_key": uuid.uuid4().hex, "before": before, "may_reveal": policy.can(user, REVEAL),
    }  # fmt: skip


def customer_context(user, row: Conversation) -> dict:
    """The card: the customer, their tags, and their other conversations in accounts this person may see."""
    customer = row.identity.customer
    others = Conversation.objects.visible_to(user).filter(identity__customer=customer).exclude(pk=row.pk)
    return {
        "customer_row": customer, "tags": list(customer.tags.all()), "may_edit": policy.can(user, "customers.change_customer"), "may_reveal": policy.can(user, REVEAL),
        "may_erase": policy.can(user, "customers.erase_customer"),
        "others": others.select_related("account").order_by("-id")[:8],
    }  # fmt: skip
