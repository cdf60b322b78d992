"""A draft of the next reply, beside the box that it is written into."""

from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from conversations import selectors
from conversations.draft_selectors import draft_context, draft_of
from conversations.models import ReplyDraft
from conversations.services.drafts import draft_ask
from conversations.views.threads import ANSWER
from scrm.access.pages import page
from scrm.core.errors import NotFound, ScrmError


@require_POST
@page(ANSWER)
def draft_new(request, pk: int):
    """The part of the composer that waits for the draft; without htmx the page of the conversation."""
    row = selectors.conversation_visible(request.user, pk)
    try:
        made = draft_ask(actor=request.user, conversation=row)
    except ScrmError as error:
        if not request.htmx:
            raise
        return render(request, "conversations/draft.html", {"failure": str(error)}, status=200)
    return _shown(request, made) if request.htmx else redirect(f"{reverse('conversations:conversation', args=[pk])}?draft={made.pk}#draft")


@page(ANSWER)
def draft(request, pk: int):
    """Polled until it is there. Only for who asked, and only while the conversation may be seen."""
    made = draft_of(request.user, pk)
    if made is None:
        raise NotFound
    selectors.conversation_visible(request.user, made.conversation_id)
    return _shown(request, made)


def _shown(request, made: ReplyDraft):
    return render(request, "conversations/draft.html", draft_context(made))
