"""How the bot came to an answer, step by step."""

from django.shortcuts import render

from conversations import selectors
from conversations.views.trace import trace_steps
from scrm.access.pages import page


@page("conversations.view_conversation")
def turn(request, pk: int):
    """The trace of one turn: a page of its own, or the part that a thread loads when it is opened."""
    row = selectors.turn_visible(request.user, pk)
    template = "conversations/trace.html" if request.htmx else "conversations/turn.html"
    return render(request, template, {"turn": row, "steps": trace_steps(row.trace, request.user), "citations": row.citations.all()})
