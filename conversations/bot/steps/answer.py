"""Write an answer from the passages: by the endpoint when there is one, else from the documents' own sentences."""

import logging
from dataclasses import replace

from conversations.bot import extractive, generative
from conversations.bot.guard import DOCUMENT
from conversations.bot.poisoned import rest_on_orders, without_orders
from conversations.bot.questions import without_personal
from conversations.types import BotState
from scrm.ai import chat
from scrm.ai.errors import ChatUnavailable

log = logging.getLogger(__name__)
EXTRACTIVE = "extractive"


def answer(state: BotState) -> BotState:
    """`answer`, `quotes`, `writer`, `confidence`. No passages, or nothing in them: no answer. An endpoint that fails is replaced."""
    if not state.hits:
        return state
    if chat.chat_configured() and not state.plain and not state.suspicious:
        try:
            return generative.write(state)
        except ChatUnavailable as error:
            log.warning("chat endpoint unavailable, answering from the documents: %s", error.code)
            state = replace(state, unavailable=str(error))
    return _quoted(state)


def _quoted(state: BotState) -> BotState:
    """The documents' own sentences; those that speak to the machine are left out, and what they would have drawn in with them."""
    question = without_personal(state.asks)
    draft = extractive.draft(question, state.hits, state.scope)
    if rest_on_orders(draft.quotes):
        state = replace(state, hits=without_orders(state.hits), suspicious=(*state.suspicious, DOCUMENT))
        draft = extractive.draft(question, state.hits, state.scope)
    return replace(state, answer=draft.text, quotes=draft.quotes, confidence=draft.confidence, writer=EXTRACTIVE)
