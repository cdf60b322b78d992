"""Answers about money, insurance, tax, law and promises wait for a person."""

from dataclasses import replace

from conversations.bot.rules import topics
from conversations.types import BotState, Outcome, Verdict


def risk(state: BotState) -> BotState:
    """Outcome review when a rule matches the question or the answer, else the answer goes out."""
    found = topics(state.masked, state.answer)
    if found:
        return replace(state, risk_topics=found, verdict=Verdict.RISKY, outcome=Outcome.REVIEW, reason=", ".join(found))
    return replace(state, outcome=Outcome.ANSWER)
