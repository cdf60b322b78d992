"""The outcome of a question as JSON, for pages, the API and commands."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from conversations.types import BotState, Outcome, Quote
from knowledge.retrieval.explaining import Silent, Why
from knowledge.retrieval.marks import marks
from knowledge.retrieval.sections import Reading
from knowledge.types import Hit, SearchResult


def outcome_payload(state: BotState) -> dict:
    """{answer, refused, verdict, outcome, reason, confidence, writer, endpoint, citations, hits, rejected, timings_ms, trace}."""
    return {
        "answer": state.answer,
        "refused": state.outcome in (Outcome.REFUSE, Outcome.HAND_OVER),
        "verdict": str(state.verdict),
        "outcome": str(state.outcome),
        "reason": str(state.reason),
        "confidence": round(state.confidence, 3),
        "writer": state.writer,
        "endpoint": state.endpoint,
        "risk_topics": list(state.risk_topics),
        "citations": [citation_payload(quote) for quote in state.quotes],
        "hits": [hit_payload(hit) for hit in state.hits],
        "rejected": [hit_payload(hit) for hit in state.rejected],
        "timings_ms": timings(state),
        "trace": trace_payload(state),
    }


def search_payload(
    result: SearchResult, threshold: float, sections: Mapping[int, Reading], why: Mapping[int, Sequence[Why]], silent: Sequence[Silent]
) -> dict:
    """{query, hits, rejected, reason, relaxed, notes, threshold, timings_ms} of a search without an answer, threshold: the one in force.

    sections, why: by chunk, the text around a hit and the reasons it was found or cut. silent: documents that match and may not answer.
    """
    return {
        "query": result.query,
        "hits": [hit_payload(hit) | _section(hit, sections) | _why(hit, why) for hit in result.hits],
        "rejected": [hit_payload(hit) | _why(hit, why) for hit in result.rejected],
        "silent": [asdict(each) for each in silent],
        "reason": str(result.reason),
        "relaxed": result.relaxed,
        "notes": list(result.notes),
        "threshold": threshold,
        "timings_ms": result.timings_ms,
    }


def _section(hit: Hit, sections: Mapping[int, Reading]) -> dict:
    """`before` and `after`: what the document says around the passage."""
    around = sections.get(hit.chunk_id)
    if around is None:
        return {}
    at, to = hit.start - around.start, hit.end - around.start
    return {"section": {"before": around.text[:at], "after": around.text[to:], "start": around.start, "end": around.end}}


def _why(hit: Hit, why: Mapping[int, Sequence[Why]]) -> dict:
    return {"why": [asdict(each) for each in why.get(hit.chunk_id, ())]}


def timings(state: BotState) -> dict[str, float]:
    """Milliseconds by step, and their total."""
    steps = {entry.step: entry.ms for entry in state.trace}
    return steps | {"total": round(sum(steps.values()), 1)}


def trace_payload(state: BotState) -> list[dict]:
    return [{"step": entry.step, "ms": entry.ms, "input": entry.input, "output": entry.output} for entry in state.trace]


def citation_payload(quote: Quote) -> dict:
    hit = quote.hit
    return {
        "number": quote.number,
        "document": hit.title,
        "document_id": hit.document_id,
        "version_id": hit.version_id,
        "chunk_id": hit.chunk_id,
        "page": hit.page,
        "heading": " > ".join(hit.heading_path),
        "quote": quote.text,
        "start": quote.start,
        "end": quote.end,
    }


def hit_payload(hit: Hit) -> dict:
    return {
        "chunk_id": hit.chunk_id,
        "document": hit.title,
        "document_id": hit.document_id,
        "version_id": hit.version_id,
        "base_id": hit.base_id,
        "heading": " > ".join(hit.heading_path),
        "page": hit.page,
        "text": hit.text,
        "question": hit.question,
        "kind": hit.kind,
        "start": hit.start,
        "end": hit.end,
        "score": hit.score,
        "relevance": hit.relevance,
        "vector_rank": hit.vector_rank,
        "vector_score": hit.vector_score,
        "lexical_rank": hit.lexical_rank,
        "lexical_score": hit.lexical_score,
        "matched": list(hit.matched),
        "marks": marks(hit.text, hit.matched),
        "question_marks": marks(hit.question, hit.matched),
        "same": list(hit.same),
        "parts": list(hit.parts),
        "reasons": [{"key": each.key, "value": each.value, "points": each.points} for each in hit.reasons],
    }
