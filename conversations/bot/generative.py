"""An answer written by a chat endpoint; conversations.bot.grounding keeps what the passages say."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace

from django.conf import settings

from conversations.bot.grounding import PASSAGES
from conversations.bot.guard import DOCUMENT
from conversations.bot.poisoned import without_orders
from conversations.bot.prompts import messages
from conversations.types import BotState
from knowledge.retrieval.sections import widened
from knowledge.types import Hit
from scrm.ai import chat
from scrm.ai.choices import Purpose
from scrm.ai.selectors import active_release_or_none

Listener = Callable[[str, Sequence[Hit]], None]
_listener: ContextVar[Listener | None] = ContextVar("who reads while it is written", default=None)


@contextmanager
def overheard(listener: Listener) -> Iterator[None]:
    """Within the block, and in this thread alone, `listener` is told the text so far and the passages it is written from.

    What it is told has not been checked yet.
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)


def write(state: BotState) -> BotState:
    """The endpoint's answer with its [n] meaning the n-th hit; none when it says that the passages are not enough.

    Passages found of one section are read, and checked, as one text. Raises ChatUnavailable.
    """
    state = _without_orders(replace(state, hits=widened(state.hits)))
    hits, listener = state.hits[:PASSAGES], _listener.get()
    told = (lambda text: listener(text, hits)) if listener else None
    asked = messages(state.asks, hits, state.history)
    reply = chat.complete(asked, max_tokens=settings.CHAT_ANSWER_TOKENS, model=writer_model(), on_text=told)
    if settings.REFUSAL_TEXT in reply.text:
        return replace(state, answer="", reason="writer_refused", **_by(reply))
    return replace(state, answer=reply.text, **_by(reply))


def _by(reply: chat.ChatReply) -> dict:
    return {"writer": reply.model, "endpoint": reply.endpoint, "endpoint_place": reply.place}


def _without_orders(state: BotState) -> BotState:
    clean = without_orders(state.hits)
    return state if clean == state.hits else replace(state, hits=clean, suspicious=(*state.suspicious, DOCUMENT))


def writer_model() -> str:
    """The name under which the engine serves the adapter in use, "" without one."""
    release = active_release_or_none(Purpose.CHAT)
    return str(release.settings.get("model", "")) if release else ""
