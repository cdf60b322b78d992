"""How well passages answer a question, by a model that reads both together: a CrossEncoder here, or an endpoint's /rerank.

Off unless SCRM_RERANK_MODEL is set. With SCRM_RERANK_BASE_URL the model is that endpoint's (the protocol of Jina and Cohere, which vLLM,
Xinference and SiliconFlow speak), else a sentence-transformers CrossEncoder by name or folder, loaded at the first question.
"""

import json
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache, lru_cache
from math import isfinite

from django.conf import settings

from scrm.ai.breaker import Breaker
from scrm.ai.errors import RerankUnavailable

MOST_BYTES = 1_000_000  # of an answer: numbers for a hundred passages take some thousand
LONGEST = 2_000  # characters of a passage: what the models read of it at most
# One at a time: two predictions side by side only slow each other down. A late one is given up, not stopped.
_ONE_AT_A_TIME = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rerank")


def configured() -> bool:
    return bool(settings.RERANK_MODEL)


def scores(question: str, passages: Sequence[str]) -> list[float]:
    """One number a passage, higher is better; they compare within one call only.

    Raises RerankUnavailable within RERANK_TIMEOUT_S: no answer in time, a refusal, an answer that is none; at once while it is left alone
    after failing several times in a row.
    """
    with _breaker(settings.RERANK_BASE_URL, settings.RERANK_MODEL).guarding(RerankUnavailable()):
        return _asked(question, [text[:LONGEST] or "." for text in passages])


def _asked(question: str, passages: list[str]) -> list[float]:
    if settings.RERANK_BASE_URL:
        return _by_endpoint(question, passages)
    try:
        future = _ONE_AT_A_TIME.submit(_by_model, settings.RERANK_MODEL, question, passages)
        return future.result(timeout=settings.RERANK_TIMEOUT_S)
    except (TimeoutError, OSError, ValueError, RuntimeError, ImportError) as error:
        raise RerankUnavailable from error


def _by_model(name: str, question: str, passages: list[str]) -> list[float]:
    return _checked(_loaded(name).predict([(question, text) for text in passages], show_progress_bar=False).tolist(), len(passages))


@lru_cache(maxsize=1)
def _loaded(name: str):
    from sentence_transformers import CrossEncoder

    return CrossEncoder(name, device="cpu")


def _by_endpoint(question: str, passages: list[str]) -> list[float]:
    body = {"model": settings.RERANK_MODEL, "query": question, "documents": passages, "top_n": len(passages), "return_documents": False}
    try:
        rows = {int(row["index"]): float(row["relevance_score"]) for row in json.loads(_posted(body))["results"]}
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise RerankUnavailable from error
    if rows.keys() != set(range(len(passages))):
        raise RerankUnavailable
    return _checked([rows[number] for number in range(len(passages))], len(passages))


def _posted(body: dict) -> bytes:
    """What the endpoint answers. Raises RerankUnavailable when its last byte has not come within RERANK_TIMEOUT_S, or it refuses."""
    import httpx2

    from scrm.ai import chat_line

    headers = {"Accept-Encoding": "identity"} | ({"Authorization": f"Bearer {settings.RERANK_API_KEY}"} if settings.RERANK_API_KEY else {})
    url, seconds = f"{settings.RERANK_BASE_URL.rstrip('/')}/rerank", settings.RERANK_TIMEOUT_S
    try:
        with (
            chat_line.limited(until=time.monotonic() + seconds, most_bytes=MOST_BYTES),
            _client().stream("POST", url, json=body, headers=headers, timeout=seconds) as answer,
        ):
            answer.raise_for_status()
            return b"".join(answer.iter_raw())
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise RerankUnavailable from error


@cache
def _client():
    import httpx2

    from scrm.ai import chat_line

    return chat_line.watched(httpx2.Client(trust_env=False))


def _checked(found: list[float], wanted: int) -> list[float]:
    if len(found) != wanted or not all(isinstance(each, float) and isfinite(each) for each in found):
        raise RerankUnavailable
    return found


@cache
def _breaker(base_url: str, model: str) -> Breaker:
    return Breaker("rerank", base_url, model)
