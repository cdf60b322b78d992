"""An answer written by a chat endpoint; conversations.bot.grounding keeps what the passages say."""

from dataclasses import replace

from django.conf import settings

from conversations.bot.grounding import PASSAGES
from conversations.bot.prompts import messages
from conversations.types import BotState
from knowledge.retrieval.sections import widened
from scrm.ai import chat


def write(state: BotState) -> BotState:
    """The endpoint's answer with its [n] meaning the n-th hit; none when it says that the passages are not enough.

    Passages found of one section are read, and checked, as one text. Raises ChatUnavailable.
    """
    state = replace(state, hits=widened(state.hits))
    reply = chat.complete(messages(state.asks, state.hits[:PASSAGES], state.history))
    if settings.REFUSAL_TEXT in reply.text:
        return replace(state, answer="", writer=reply.model, reason="writer_refused")
    return replace(state, answer=reply.text, writer=reply.model)
