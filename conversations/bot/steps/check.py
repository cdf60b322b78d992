"""Nothing goes out that its source does not say."""

from dataclasses import replace

from django.conf import settings

from conversations.bot import candidates, extractive, grounding, second_opinion
from conversations.bot.coefficients import LEAST_EXPLANATION, LEAST_FACT
from conversations.bot.cues import FACTS, Wanted, wanted
from conversations.bot.live import still_said
from conversations.bot.steps.answer import EXTRACTIVE
from conversations.bot.support import Why
from conversations.bot.words import content_weights, coverage
from conversations.types import BotState, Outcome, Verdict
from knowledge.text import fold

_HAS_A_LOOK = {Wanted.AMOUNT, Wanted.TIME}
_ON_TOPIC = 0.4  # share of the question's words that what is left of a cut answer must say, its sources' headings included


def check(state: BotState) -> BotState:
    """A verdict on every sentence; cut what the live documents do not say, refuse when too little was found or too little is left."""
    if not state.answer:
        return _refused(state, Verdict.NOT_FOUND, state.reason or "no_passage")
    if state.writer == EXTRACTIVE and state.confidence < least(state.asks):
        return _refused(state, Verdict.NOT_FOUND, "not_sure_enough")
    checked = _extractive(state) if state.writer == EXTRACTIVE else second_opinion.reconsidered(grounding.grounded(state))
    if not checked.quotes:
        return _refused(checked, Verdict.UNSUPPORTED, _why_nothing_is_left(checked))
    if not (fits(checked.asks, checked.answer) or _is_stored(checked)) or not _still_on_topic(checked):
        return _refused(checked, Verdict.UNSUPPORTED, "does_not_answer")
    return replace(checked, verdict=Verdict.SUPPORTED)


def least(question: str) -> float:
    """How sure an extractive answer to this question must be."""
    return LEAST_FACT if wanted(question) in FACTS else LEAST_EXPLANATION


def _extractive(state: BotState) -> BotState:
    """The quotes that still stand in the live documents."""
    verdicts = grounding.quoted(state, still_said(state.quotes, state.scope))
    kept = {verdict.number for verdict in verdicts if verdict.supported}
    quotes = extractive.renumbered([quote for quote in state.quotes if quote.number in kept])
    numbered = iter(range(1, len(quotes) + 1))
    verdicts = tuple(replace(one, number=next(numbered)) if one.supported else one for one in verdicts)
    return replace(state, quotes=quotes, answer=extractive.compose(quotes), sentences=verdicts)


def _why_nothing_is_left(state: BotState) -> str:
    gone = any(verdict.why == Why.GONE for verdict in state.sentences)
    return "not_in_live_documents" if gone else "not_supported"


def _still_on_topic(state: BotState) -> bool:
    """An answer of which something was cut must still speak of what was asked."""
    if all(verdict.supported for verdict in state.sentences):
        return True
    heads = (part for quote in state.quotes for part in (quote.hit.title, *quote.hit.heading_path, quote.text))
    return coverage(fold(" ".join([state.answer, *heads])), content_weights(state.asks)) >= _ON_TOPIC


def fits(question: str, answer: str) -> bool:
    """A question for an amount or a time is not answered without one."""
    kind = wanted(question)
    return kind not in _HAS_A_LOOK or bool(candidates.offers(kind, answer, question))


def _is_stored(state: BotState) -> bool:
    """A stored answer to the very question is right whatever it looks like."""
    return any(quote.hit.question for quote in state.quotes)


def _refused(state: BotState, verdict: Verdict, reason: str) -> BotState:
    return replace(state, answer=settings.REFUSAL_TEXT, quotes=(), verdict=verdict, reason=reason, outcome=Outcome.REFUSE)
