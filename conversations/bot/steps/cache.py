"""Give again what was verified before; of equal questions at the same time one is worked out and the others wait for it."""

import time
from dataclasses import replace

from django.conf import settings

from conversations.bot import remembered
from conversations.bot.places import place_of, stamps_of
from conversations.choices import CacheUseKind
from conversations.models import CachedAnswer
from conversations.types import BotState, Verdict
from scrm.core.locks import session_lock_free, session_lock_outlasted, session_lock_taken

_LOCK = "answer"
_LONG_S = 3.0  # who waited longer in vain has no time left for an endpoint: a customer reads within 15 s


def cache(state: BotState) -> BotState:
    """A hit: `answer`, `quotes`, `cached`. A miss: `place`, and `flight` when equal questions wait for this one."""
    stamps = stamps_of(state.scope) if remembered.may_be_kept(state) else None
    if stamps is None:
        return state
    state = replace(state, place=place_of(state.scope, stamps), stamps=stamps)
    hit = _found(state, CacheUseKind.EXACT) or _found(state, CacheUseKind.SEMANTIC) or _after_the_first(state)
    if not hit.cached:
        remembered.used(state.scope, CacheUseKind.MISS)
    return hit


def land(state: BotState) -> None:
    """Let go who waits for this question."""
    if state.flight:
        session_lock_free(_LOCK, state.flight)


def _after_the_first(state: BotState) -> BotState:
    """Ours to work out when nobody is at it; else what the one at it found."""
    flight = remembered.key_of(state.place, state.masked)
    if session_lock_taken(_LOCK, flight):
        state = replace(state, flight=flight)
        return _found(state, CacheUseKind.JOINED) or state  # kept between our look and our lock
    started = time.monotonic()
    session_lock_outlasted(_LOCK, flight, seconds=settings.ANSWER_CACHE_WAIT_S)
    waited = time.monotonic() - started
    return _found(state, CacheUseKind.JOINED) or replace(state, plain=waited > _LONG_S)


def _found(state: BotState, kind: CacheUseKind) -> BotState | None:
    look = remembered.similar if kind == CacheUseKind.SEMANTIC else remembered.exact
    entry = look(state.place, state.masked)
    return _told(state, entry, kind) if entry else None


def _told(state: BotState, entry: CachedAnswer, kind: CacheUseKind) -> BotState | None:
    """The entry's answer; None when a document no longer says what it rests on."""
    quotes = remembered.quotes_of(entry, state.scope)
    if not quotes:
        return None
    remembered.used(state.scope, kind, entry)
    return replace(
        state,
        answer=entry.answer,
        quotes=quotes,
        hits=tuple({quote.hit.chunk_id: quote.hit for quote in quotes}.values()),
        writer=entry.writer,
        confidence=entry.confidence,
        verdict=Verdict.SUPPORTED,
        cached=kind,
    )
