"""Nothing goes out that its source does not say."""

from dataclasses import replace

from django.conf import settings

from conversations.bot import candidates, extractive, generative
from conversations.bot.coefficients import LEAST_EXPLANATION, LEAST_FACT
from conversations.bot.cues import FACTS, Wanted, wanted
from conversations.bot.live import still_said
from conversations.bot.steps.answer import EXTRACTIVE
from conversations.types import BotState, Outcome, Verdict

_HAS_A_LOOK = {Wanted.AMOUNT, Wanted.TIME}


def check(state: BotState) -> BotState:
    """Cut what the live documents do not say; refuse when too little was found or too little is left."""
    if not state.answer:
        return _refused(state, Verdict.NOT_FOUND, state.reason or "no_passage")
    if state.writer == EXTRACTIVE and state.confidence < least(state.masked):
        return _refused(state, Verdict.NOT_FOUND, "not_sure_enough")
    checked = _extractive(state) if state.writer == EXTRACTIVE else generative.grounded(state)
    if not checked.quotes:
        return _refused(state, Verdict.UNSUPPORTED, "not_in_live_documents")
    if not _fits(checked):
        return _refused(state, Verdict.UNSUPPORTED, "does_not_answer")
    return replace(checked, verdict=Verdict.SUPPORTED)


def least(question: str) -> float:
    """How sure an extractive answer to this question must be."""
    return LEAST_FACT if wanted(question) in FACTS else LEAST_EXPLANATION


def _extractive(state: BotState) -> BotState:
    """The quotes that still stand in the live documents."""
    live = still_said(state.quotes, state.scope)
    quotes = extractive.renumbered([quote for quote in state.quotes if quote.number in live])
    return replace(state, quotes=quotes, answer=extractive.compose(quotes))


def _fits(state: BotState) -> bool:
    """A question for an amount or a time is not answered without one."""
    kind = wanted(state.masked)
    return kind not in _HAS_A_LOOK or bool(candidates.offers(kind, state.answer, state.masked)) or _is_stored(state)


def _is_stored(state: BotState) -> bool:
    """A stored answer to the very question is right whatever it looks like."""
    return any(quote.hit.question for quote in state.quotes)


def _refused(state: BotState, verdict: Verdict, reason: str) -> BotState:
    return replace(state, answer=settings.REFUSAL_TEXT, quotes=(), verdict=verdict, reason=reason, outcome=Outcome.REFUSE)
