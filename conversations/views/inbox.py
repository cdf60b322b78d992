"""The inbox: the list of conversations, polled."""

from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from conversations import selectors
from conversations.choices import Author
from scrm.access.pages import page

VIEW = "conversations.view_conversation"
PAGE_SIZE = 30


@page(VIEW)
def inbox(request):
    return render(request, "conversations/inbox.html", list_context(request) | {"tab": "list"})


@page(VIEW)
def inbox_list(request):
    """The list alone; 204 while it would look the same as what the page shows (`seen`)."""
    context = list_context(request)
    if request.GET.get("seen") == context["list_stamp"]:
        return HttpResponse(status=204)
    return render(request, "conversations/inbox_list.html", context)


def list_context(request, *, open_id: int | None = None) -> dict:
    """What the list shows: its box, search words and page come from the address."""
    box = request.GET.get("box", "open")
    box = box if box in selectors.BOXES else "open"
    words = request.GET.get("q", "").strip()[:100]
    open_id = open_id or _number(request.GET.get("open"))
    page_of_rows = Paginator(selectors.inbox(request.user, box=box, words=words), PAGE_SIZE).get_page(request.GET.get("page"))
    counts = selectors.inbox_counts(request.user)
    rows = list(page_of_rows)
    query = {key: value for key, value in (("box", box if box != "open" else ""), ("q", words)) if value}
    return {
        "box": box, "words": words, "counts": counts, "rows": rows, "page": page_of_rows, "open_id": open_id,
        "query": urlencode(query), "list_stamp": _stamp(rows, counts, box), "customer": Author.CUSTOMER,
    }  # fmt: skip


def _stamp(rows, counts: dict, box: str) -> str:
    facts = [(row.pk, row.last_message_at, row.holder, row.assignee_id, row.state, row.last_text) for row in rows]
    return selectors.digest([box, facts, sorted(counts.items())])


def _number(text: str | None) -> int | None:
    return int(text) if text and text.isdecimal() and len(text) < 19 else None
