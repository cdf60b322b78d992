"""One masked value, shown to whoever may see it."""

from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from conversations import selectors
from conversations.services.reveals import REVEAL, value_reveal
from scrm.access.pages import page
from scrm.privacy.vault import ValueGone


@never_cache
@require_POST
@page(REVEAL)
def reveal(request, pk: int):
    """The value of `placeholder` in conversation `pk` (`card`: on the customer's card), in its place, or on a page without JavaScript."""
    row = selectors.conversation_visible(request.user, pk)
    placeholder = request.POST.get("placeholder", "")
    context = {"conversation": row, "placeholder": placeholder}
    try:
        context["value"] = value_reveal(
            actor=request.user, conversation=row, placeholder=placeholder, of_card=bool(request.POST.get("card"))
        )
    except ValueGone as error:
        context["gone"] = str(error)
    if request.htmx:
        return render(request, "conversations/revealed.html", context)
    return render(request, "conversations/reveal.html", context, status=ValueGone.status if "gone" in context else 200)
