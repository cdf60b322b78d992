"""Verdicts on sentences, and the brief for who takes a question over."""

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from conversations.bot.rules import shown_topic
from conversations.bot.support import Why
from conversations.brief_selectors import handover_brief

register = template.Library()

WHYS = {
    Why.FIGURE: _("The source has another figure, unit, date or code, or none"),
    Why.NAME: _("The source does not name this"),
    Why.NEGATION: _("The source says the opposite"),
    Why.WORDS: _("No passage says this"),
    Why.MEANING: _("The source means something else"),
    Why.GONE: _("The document does not say this any more"),
    Why.SECOND: _("The second opinion does not find it in the source"),
    Why.NO_SOURCE: _("There is no passage to hold it against"),
}


@register.filter
def why_cut(code: str):
    return WHYS.get(code, code)


@register.filter
def topic_name(topic: str) -> str:
    """A risk topic in the reader's language."""
    return shown_topic(topic, get_language() or "")


@register.filter
def topic_names(topics) -> str:
    return "、".join(topic_name(topic) for topic in topics or [])


@register.inclusion_tag("conversations/handover_brief.html", takes_context=True)
def brief(context, conversation):
    """The question, what was found and why it was not enough; nothing while the bot answers itself."""
    user = context["request"].user
    return {"brief": handover_brief(user, conversation), "request": context["request"]}
