"""The order of the first hits by a model that reads question and passage together, where an administrator has set one up."""

from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings

from knowledge.types import Hit, Reason
from scrm.ai import rerank
from scrm.ai.errors import RerankUnavailable

FAILED = "rerank_failed"  # a note of the search: the order is the search's own
_SURELY_ASKED = 0.5  # an entry whose question is so much the one asked keeps its place: people wrote it for just this question


def depth(limit: int) -> int:
    """How many hits are needed to give the best `limit` of them."""
    return max(limit, settings.RERANK_DEPTH) if rerank.configured() else limit


def reranked(query: str, hits: Sequence[Hit]) -> tuple[tuple[Hit, ...], str]:
    """The hits in the model's order, and a note: "" or FAILED, when they stay as they are.

    Scores change hands with places, so that they still fall from first to last; what a hit gained or lost by it is among its reasons.
    Relevance stays: it is calibrated, and the model's numbers are not. Never inside a transaction: the model may be far away.
    """
    if not rerank.configured() or len(hits) < 2:
        return tuple(hits), ""
    leading = tuple(hit for hit in hits if hit.entry and hit.alike >= _SURELY_ASKED)
    others = [hit for hit in hits if hit not in leading]
    try:
        found = rerank.scores(query, [_read(hit) for hit in others]) if len(others) > 1 else [0.0] * len(others)
    except RerankUnavailable:
        return tuple(hits), FAILED
    places = sorted(range(len(others)), key=lambda number: -found[number])
    worth = sorted((hit.score for hit in others), reverse=True)
    return leading + tuple(_at(others[number], found[number], score) for number, score in zip(places, worth, strict=True)), ""


def _read(hit: Hit) -> str:
    head = " > ".join(dict.fromkeys(part for part in (hit.title, *hit.heading_path, hit.question) if part))
    return f"{head}\n{hit.text}" if head else hit.text


def _at(hit: Hit, value: float, score: float) -> Hit:
    return replace(hit, score=score, reasons=(*hit.reasons, Reason("rerank", value, score - hit.score)))
