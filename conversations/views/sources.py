"""A source below an answer, on its way to the document: that it was opened is a word on the answer."""

from django.shortcuts import redirect

from conversations import selectors
from conversations.services.questions import ASK
from conversations.signals import source_opened
from conversations.templatetags.threads import source_url
from scrm.access.pages import page
from scrm.core.errors import NotFound


@page("conversations.view_conversation")
def turn_source(request, pk: int, number: int):
    row = next((each for each in selectors.turn_visible(request.user, pk).citations.all() if each.number == number and each.may_open), None)
    if row is None:
        raise NotFound
    source_opened.send("turn", author_id=request.user.pk, turn_id=pk, number=number, document_id=row.document_id)
    return redirect(source_url(row.document_id, row.version_id, row.start, row.end))


@page(ASK)
def question_source(request, pk: int, number: int):
    question = selectors.question_own(request.user, pk)
    cited = selectors.result_readable(request.user, question).get("citations") or []
    row = next((each for each in cited if each["number"] == number), None)
    if row is None:
        raise NotFound
    source_opened.send("question", author_id=request.user.pk, question_id=pk, number=number, document_id=row["document_id"])
    return redirect(source_url(*(row.get(name) for name in ("document_id", "version_id", "start", "end"))))
