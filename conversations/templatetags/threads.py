"""Pieces of the thread, trace and ask pages."""

import re
from urllib.parse import urlencode, urlsplit

from django import template
from django.middleware.csrf import get_token
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from conversations.choices import Author
from conversations.selectors import THREAD_LENGTH
from knowledge.retrieval.reasons import LABELS, NOTES, SILENT, WHY
from knowledge.retrieval.search import REASONS as SEARCH_REASONS
from scrm.ai import local_model
from scrm.privacy.types import PLACEHOLDER, Kind

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
    "not_supported": _("No passage says what the draft said."),
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


@register.simple_tag
def cited_url(citation, question=None) -> str:
    """Leads to the quoted sentence and tells that somebody looked. citation: a Citation row, or one of a question's result."""
    if isinstance(citation, dict):
        place = [citation.get(name) for name in ("document_id", "version_id", "start", "end")]
        return reverse("conversations:question_source", args=[question.pk, citation["number"]]) if question else source_url(*place)
    return reverse("conversations:turn_source", args=[citation.turn_id, citation.number]) if citation.document_id else ""


@register.filter
def web_host(url: str) -> str:
    """What a person recognises an address by."""
    return urlsplit(url).hostname or url


@register.filter
def verdict(code: str):
    return VERDICTS.get(code, code)


@register.filter
def reason(code: str):
    """Why the bot did what it did, in words; causes that are words already stay as they are."""
    return REASONS.get(code, code)


KINDS = {
    Kind.EMAIL: _("e-mail address"), Kind.ID_CARD: _("ID card"), Kind.BANK_CARD: _("bank card"), Kind.PHONE: _("phone number"),
    Kind.PASSPORT: _("document number"), Kind.PLATE: _("number plate"), Kind.COMPANY_CODE: _("company code"), Kind.ADDRESS: _("address"),
    Kind.NAME: _("person's name"), Kind.ORDER: _("order number"),
}  # fmt: skip


@register.filter
def kind_label(placeholder: str) -> str:
    """「<手机号_2>」 as a person reads it: "phone number 2"."""
    match = PLACEHOLDER.fullmatch(placeholder)
    return f"{KINDS[Kind(match['kind'])]} {match['number']}" if match else placeholder


@register.filter
def labelled(text: str) -> str:
    """A masked text for a line of a list: each placeholder by its kind."""
    return PLACEHOLDER.sub(lambda match: f"[{KINDS[Kind(match['kind'])]}]", text or "")


@register.filter
def has_masked(text: str) -> bool:
    return bool(PLACEHOLDER.search(text or ""))


@register.simple_tag(takes_context=True)
def said(context, text: str, conversation=None, card: str = "") -> str:
    """A masked text, escaped: each placeholder a mark, with a button that shows the value for those who may see it."""
    conversation = conversation or context["conversation"]
    pieces, at = [], 0
    for match in PLACEHOLDER.finditer(text or ""):
        pieces += [escape(text[at : match.start()]), _mark(context, conversation, match[0], card)]
        at = match.end()
    return mark_safe("".join([*pieces, escape((text or "")[at:])]))  # every part is escaped above


_MASKED = '<span class="masked"><span>{label}</span></span>'
# On one line: the text around it keeps its line breaks.
_BUTTON = (
    '<form class="masked" method="post" action="{url}" hx-post="{url}" hx-target="this" hx-swap="outerHTML">'
    '<input type="hidden" name="csrfmiddlewaretoken" value="{token}"><input type="hidden" name="placeholder" value="{placeholder}">'
    '<input type="hidden" name="card" value="{card}"><span>{label}</span>'
    '<button class="masked-show" type="submit" aria-label="{aria}">{show}</button></form>'
)


def _mark(context, conversation, placeholder: str, card: str) -> str:
    label = kind_label(placeholder)
    if not context.get("may_reveal"):
        return format_html(_MASKED, label=label)
    url, token = reverse("conversations:reveal", args=[conversation.pk]), get_token(context["request"])
    aria = gettext("Reveal: %(what)s") % {"what": label}
    return format_html(_BUTTON, url=url, token=token, placeholder=placeholder, card=card, label=label, aria=aria, show=gettext("Reveal"))


WRITERS = {"extractive": _("sentences quoted from the documents"), "phrase": _("a fixed phrase")}


@register.filter
def writer(code: str):
    """Who wrote an answer: our own extractive answerer, a fixed phrase, or the model that an endpoint names."""
    return WRITERS.get(code, code)


@register.filter
def is_small_model(code: str) -> bool:
    """Whether the model of `make up LLM=local` wrote it."""
    return code == local_model.NAME


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
def why(line: dict) -> str:
    """A line of why a passage was found or cut, as a sentence; "" for one that this release does not know."""
    values = {key: "、".join(value) if isinstance(value, list) else value for key, value in (line.get("values") or {}).items()}
    return str(WHY[line["key"]]) % values if line.get("key") in WHY else ""


@register.filter
def silent_reason(key: str):
    return SILENT.get(key, key)


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
