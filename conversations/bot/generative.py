"""An answer written by a chat endpoint, kept only as far as the passages say it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.conf import settings

from conversations.bot.live import still_said
from conversations.bot.prompts import messages
from conversations.bot.sentences import sentences_of
from conversations.bot.support import supports
from conversations.bot.words import pair_coverage, pairs_of
from conversations.types import BotState, Quote
from knowledge.text import fold, sentence_spans
from knowledge.types import Hit
from scrm.ai import chat
from scrm.privacy.redact import PLACEHOLDER

PASSAGES = 6
_MARK = re.compile(r"\s*[\[【](\d{1,2})[\]】]")
_MARK_AFTER_END = re.compile(r"([。！？；!?;])((?:\s*[\[【]\d{1,2}[\]】])+)")
_MARKDOWN = re.compile(r"^[ \t]*(?:[-*•]|#{1,6})[ \t]+|\*\*", re.MULTILINE)


@dataclass(frozen=True)
class Claim:
    """A sentence of the endpoint's answer with the quotes that support it."""

    text: str
    quotes: tuple[Quote, ...]


def write(state: BotState) -> BotState:
    """The endpoint's answer with its [n] meaning the n-th hit; none when it says that the passages are not enough.

    Raises ChatUnavailable.
    """
    reply = chat.complete(messages(state.masked, state.hits[:PASSAGES], state.history))
    if settings.REFUSAL_TEXT in reply.text:
        return replace(state, answer="", writer=reply.model, reason="writer_refused")
    return replace(state, answer=reply.text, writer=reply.model)


def grounded(state: BotState) -> BotState:
    """The sentences that a live passage supports, each with the numbers of its quotes; `confidence` is the share that is left."""
    sentences = _sentences(state.answer)
    claims = [Claim(text, _quotes(text, marks, state.hits[:PASSAGES])) for text, marks in sentences]
    live = still_said([quote for claim in claims for quote in claim.quotes], state.scope)
    kept = [replace(claim, quotes=tuple(q for q in claim.quotes if q.number in live)) for claim in claims]
    kept = [claim for claim in kept if claim.quotes]
    quotes, lines = _numbered(kept)
    return replace(state, answer="".join(lines), quotes=quotes, confidence=len(kept) / len(sentences) if sentences else 0.0)


def _sentences(written: str) -> list[tuple[str, tuple[int, ...]]]:
    """(sentence without marks, its marks)."""
    text = _MARKDOWN.sub("", _MARK_AFTER_END.sub(r"\2\1", written))
    found = []
    for start, end in sentence_spans(text):
        marks = tuple(int(number) for number in _MARK.findall(text[start:end]))
        bare = _MARK.sub("", text[start:end]).strip()
        if bare:
            found.append((bare, marks))
    return found


def _quotes(sentence: str, marks: Sequence[int], hits: Sequence[Hit]) -> tuple[Quote, ...]:
    """From each cited passage that supports the sentence, its nearest words; when none does, from the first passage that does.

    Numbers are the places of quote and passage, unique within the answer; `_numbered` gives those that are shown.
    """
    bare = PLACEHOLDER.sub("", sentence)
    cited = [hits[mark - 1] for mark in dict.fromkeys(marks) if 0 < mark <= len(hits)]
    sources = [hit for hit in cited if supports(_said(hit), bare)]
    sources = sources or [hit for hit in hits if supports(_said(hit), bare)][:1]
    return tuple(quote for hit in sources for quote in _nearest(hit, bare))


def _said(hit: Hit) -> str:
    return " ".join([hit.title, *hit.heading_path, hit.text])


def _nearest(hit: Hit, sentence: str) -> list[Quote]:
    pairs = pairs_of(fold(sentence))
    best = max(sentences_of(hit), key=lambda one: pair_coverage(one.folded, pairs), default=None)
    return [Quote(hash((best.start, hit.chunk_id)), hit, best.text, best.start, best.end)] if best else []


def _numbered(claims: Sequence[Claim]) -> tuple[tuple[Quote, ...], list[str]]:
    """Quotes numbered from 1 in the order of the text, each place once, and the sentences with their marks."""
    order: dict[int, Quote] = {}
    lines = []
    for claim in claims:
        for quote in claim.quotes:
            order.setdefault(quote.number, replace(quote, number=len(order) + 1))
        marks = "".join(f"[{order[quote.number].number}]" for quote in claim.quotes)
        lines.append(claim.text + marks)
    return tuple(order.values()), lines
