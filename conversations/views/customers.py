"""The customer card beside a thread, and the page that erases a customer's data."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations import selectors
from conversations.models import Conversation
from conversations.services.erasure import ERASE, customer_erase
from conversations.views.threads import customer_context
from scrm.access.pages import page
from scrm.core.errors import Conflict
from scrm.customers.services import customer_update


@require_POST
@page("customers.change_customer")
def customer_save(request, pk: int):
    """Name, remark and tags of the customer of conversation `pk`, which must be visible to the person."""
    row = selectors.conversation_visible(request.user, pk)
    customer_update(
        actor=request.user, customer=row.identity.customer, name=request.POST.get("name", ""),
        remark=request.POST.get("remark", ""), tags=request.POST.get("tags", ""),
    )  # fmt: skip
    messages.success(request, _("Saved."))
    if not request.htmx:
        return redirect("conversations:conversation", pk)
    row = selectors.conversation_visible(request.user, pk)
    return render(
        request, "conversations/customer_card.html", customer_context(request.user, row) | {"conversation": row, "with_toasts": True}
    )


@page(ERASE)
def erase(request, pk: int):
    """Says what would be erased of the customer of conversation `pk`; a POST does it."""
    row = selectors.conversation_visible(request.user, pk)
    customer, failure = row.identity.customer, ""
    if request.method == "POST":
        try:
            done = customer_erase(actor=request.user, customer=customer)
        except Conflict as error:
            failure = str(error)
        else:
            messages.success(
                request, _("Erased: %(n)d messages and %(values)d masked values.") % {"n": done.messages, "values": done.values}
            )
            return redirect("conversations:conversation", pk)
    conversations = Conversation.objects.filter(identity__customer=customer).count()
    context = {"conversation": row, "conversations": conversations, "failure": failure}
    return render(request, "conversations/erase.html", context, status=Conflict.status if failure else 200)
