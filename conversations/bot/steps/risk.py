"""Answers about money, insurance, tax, law, health, contracts, complaints and promises wait for a person."""

from dataclasses import replace

from django.conf import settings

from conversations.bot.rules import level_of, topics
from conversations.bot.steps.answer import EXTRACTIVE
from conversations.choices import RiskLevel
from conversations.types import BotState, Outcome, Verdict
from knowledge.models import FaqEntry

PEOPLE = {RiskLevel.REVIEW: 1, RiskLevel.DOUBLE: 2}
_SAME = 0.8  # likeness from which on a stored question is the one asked


def risk(state: BotState) -> BotState:
    """Outcome review when a rule matches the question or the answer, refuse at level "block", else the answer goes out.

    So it does when it is, word for word, what as many people as the level wants have approved for this very question.
    """
    found = topics(state.masked, state.answer)
    if not found:
        return replace(state, outcome=Outcome.ANSWER)
    risky = replace(state, risk_topics=found, verdict=Verdict.RISKY, reason=", ".join(found))
    level = level_of(found)
    if level == RiskLevel.BLOCK:
        return replace(risky, answer=settings.REFUSAL_TEXT, quotes=(), outcome=Outcome.REFUSE)
    if _is_approved(state, PEOPLE[level]):
        return replace(state, risk_topics=found, outcome=Outcome.ANSWER)
    return replace(risky, outcome=Outcome.REVIEW)


def _is_approved(state: BotState, people: int) -> bool:
    if state.writer != EXTRACTIVE or len(state.quotes) != 1:
        return False
    quote = state.quotes[0]
    asked = quote.hit.entry and (quote.hit.alike >= _SAME or quote.hit.question.strip() == state.asks.strip())
    return asked and FaqEntry.objects.filter(document=quote.hit.document_id, approvals__gte=people, answer=quote.text.strip()).exists()
