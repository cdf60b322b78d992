"""What the trace shows of a state: small, JSON-ready, masked."""

from dataclasses import asdict

from conversations.types import BotState, SentenceVerdict
from knowledge.types import Hit
from scrm.privacy.redact import PLACEHOLDER, redact

_HITS = 10


def size(state: BotState) -> dict:
    return {"characters": len(state.question)}


def masked(state: BotState) -> dict:
    return {"question": state.masked, "placeholders": sorted({match[0] for match in PLACEHOLDER.finditer(state.masked)})}


def asked(state: BotState) -> dict:
    return {"question": state.asks, "bases": list(state.scope.base_ids)}


def understood(state: BotState) -> dict:
    """`standalone`: the follow-up as a question of its own, "" when it is one already."""
    return {
        "standalone": _clean(state.standalone), "context_free": state.context_free, "language": state.language, "channel": state.channel,
    }  # fmt: skip


def remembered(state: BotState) -> dict:
    """`cache`: what the look into the answer cache found, "" when the question is none for it."""
    found = str(state.cached) or ("miss" if state.place else "")
    return {"cache": found, "alone": bool(state.flight)} | (draft(state) if state.cached else {})


def hits(state: BotState) -> dict:
    return {
        "hits": [_hit(hit) for hit in state.hits[:_HITS]],
        "rejected": [_hit(hit) for hit in state.rejected[:_HITS]],
        "reason": _clean(state.reason),
        "searched_again": _clean(state.searched_again),
    }


def passages(state: BotState) -> dict:
    return {"question": state.asks, "chunks": [hit.chunk_id for hit in state.hits]}


def draft(state: BotState) -> dict:
    """With `endpoint`, which wrote it, or `unavailable`, why none did; neither where no endpoint is asked."""
    by = {"endpoint": state.endpoint, "unavailable": _clean(state.unavailable)}
    return {name: value for name, value in by.items() if value} | {
        "writer": state.writer,
        "confidence": round(state.confidence, 3),
        "answer": _clean(state.answer),
        "quotes": [{"number": quote.number, "chunk": quote.hit.chunk_id, "start": quote.start, "end": quote.end} for quote in state.quotes],
    }


def checked(state: BotState) -> dict:
    """With `sentences`: the verdict on each, cut ones too."""
    second = {"second_opinion": _clean(state.second_opinion)} if state.second_opinion else {}
    return draft(state) | decision(state) | second | {"sentences": [_verdict(one) for one in state.sentences]}


def _verdict(one: SentenceVerdict) -> dict:
    return asdict(one) | {"text": _clean(one.text), "detail": _clean(one.detail), "scores": dict(one.scores)}


def decision(state: BotState) -> dict:
    suspicious = {"suspicious": list(state.suspicious)} if state.suspicious else {}
    return suspicious | {
        "verdict": str(state.verdict), "outcome": str(state.outcome), "reason": _clean(state.reason), "topics": list(state.risk_topics),
    }  # fmt: skip


def _hit(hit: Hit) -> dict:
    return {
        "chunk": hit.chunk_id,
        "document": hit.document_id,
        "relevance": round(hit.relevance, 3),
        "score": round(hit.score, 4),
        "vector_rank": hit.vector_rank,
        "lexical_rank": hit.lexical_rank,
    }


def _clean(text: str) -> str:
    return redact(str(text)).text
