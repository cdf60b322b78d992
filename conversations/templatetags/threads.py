"""Pieces of the thread, trace and ask pages."""

import re
from urllib.parse import urlencode

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from conversations.choices import Author
from conversations.selectors import THREAD_LENGTH
from knowledge.retrieval.reasons import LABELS, NOTES
from knowledge.retrieval.search import REASONS as SEARCH_REASONS

register = template.Library()

VERDICTS = {
    "supported": _("supported by sources"),
    "not_found": _("nothing found"),
    "unsupported": _("not supported by the sources"),
    "risky": _("risky: a person decides"),
    "hand_over": _("a person is asked"),
    "smalltalk": _("a greeting or thanks"),
}
REASONS = {
    "no_passage": _("Nothing in the knowledge fits the question."),
    "not_sure_enough": _("The passages found do not answer the question surely enough."),
    "not_in_live_documents": _("The documents no longer say it."),
    "does_not_answer": _("The draft did not contain what was asked for."),
    "asked_for_person": _("The customer asked for a person."),
    **SEARCH_REASONS,
}


@register.simple_tag
def source_url(document_id, version_id=None, start=None, end=None) -> str:
    """The document's page, opened at the quoted sentence; "" when the document is gone."""
    if not document_id:
        return ""
    try:
        url = reverse("knowledge:document", args=[document_id])
    except NoReverseMatch:
        return ""
    place = {"version": version_id, "start": start, "end": end}
    return f"{url}?{urlencode({key: value for key, value in place.items() if value is not None})}#quote"


@register.filter
def verdict(code: str):
    return VERDICTS.get(code, code)


@register.filter
def reason(code: str):
    """Why the bot did what it did, in words; causes that are words already stay as they are."""
    return REASONS.get(code, code)


WRITERS = {"extractive": _("sentences quoted from the documents"), "phrase": _("a fixed phrase")}


@register.filter
def writer(code: str):
    """Who wrote an answer: our own extractive answerer, a fixed phrase, or the model that an endpoint names."""
    return WRITERS.get(code, code)


@register.filter
def first_message(entries):
    """The oldest message of a full page of a thread: where "earlier messages" begins. None when there is nothing before it."""
    messages = [entry.message for entry in entries if entry.message]
    return messages[0] if len(messages) >= THREAD_LENGTH else None


@register.filter
def last_words(entries) -> str:
    """What the customer said last, for people who hear the page."""
    said = [
        entry.message.text
        for entry in entries
        if entry.message and entry.message.author == Author.CUSTOMER and not entry.message.recalled_at
    ]
    return said[-1] if said else ""


@register.filter
def highlight(text: str, words) -> str:
    """The text, escaped, with every matched word marked."""
    wanted = sorted({str(word) for word in words or [] if str(word).strip()}, key=len, reverse=True)
    if not wanted:
        return escape(text)
    pattern = re.compile("(" + "|".join(map(re.escape, wanted)) + ")", re.IGNORECASE)
    parts = pattern.split(text)
    marked = (f"<mark>{escape(part)}</mark>" if index % 2 else escape(part) for index, part in enumerate(parts))
    return mark_safe("".join(marked))  # every part is escaped above


@register.filter
def marked(hit: dict, key: str) -> str:
    """`text` or `question` of a hit, escaped, with the words it was found by marked; by `matched` alone for hits stored without places."""
    text, places = hit.get(key) or "", hit.get("marks" if key == "text" else "question_marks")
    if places is None:
        return highlight(text, hit.get("matched"))
    pieces, at = [], 0
    for start, end in places:
        pieces += [escape(text[at:start]), "<mark>", escape(text[start:end]), "</mark>"]
        at = end
    return mark_safe("".join([*pieces, escape(text[at:])]))  # every part is escaped above


@register.filter
def hit_reason(key: str):
    return LABELS.get(key, key)


@register.filter
def search_note(key: str):
    return NOTES.get(key, key)


@register.filter
def points(value) -> str:
    return f"{value:+.3f}"


@register.filter
def percent(share) -> str:
    return f"{100 * share:.0f}%" if isinstance(share, (int, float)) else "–"


@register.filter
def unlocalized(number) -> str:
    """A number as attributes of HTML want it: a point, no grouping."""
    return f"{number:.4f}"
