from dataclasses import replace

import pytest

from knowledge.retrieval import search
from knowledge.retrieval.reranking import FAILED, reranked
from scrm.ai import rerank
from tests.ai.reranker import Reranker

QUESTION = "退货运费和发票"


@pytest.fixture
def reranker(settings):
    rerank._breaker.cache_clear()
    with Reranker() as server:
        settings.RERANK_MODEL, settings.RERANK_BASE_URL, settings.RERANK_API_KEY = server.rerank_model, server.url, server.key
        settings.RERANK_TIMEOUT_S = 5.0
        yield server
    rerank._breaker.cache_clear()


def plain(settings, scope, **options):
    settings.RERANK_MODEL = ""
    return search(QUESTION, scope, threshold=0, **options)


def test_the_model_has_the_last_word_and_says_so(shop, scope_of, reranker):
    reranker.wanted = "路由器"
    result = search(QUESTION, scope_of(shop), threshold=0)
    assert "路由器" in result.hits[0].text
    assert [hit.score for hit in result.hits] == sorted((hit.score for hit in result.hits), reverse=True)
    assert {hit.reasons[-1].key for hit in result.hits} == {"rerank"}
    assert sum(hit.reasons[-1].points for hit in result.hits) == pytest.approx(0)
    assert "rerank" in result.timings_ms
    assert result.notes == ()


def test_more_are_read_than_are_given(shop, scope_of, reranker, settings):
    last = plain(settings, scope_of(shop)).hits[-1]
    settings.RERANK_MODEL, reranker.wanted = reranker.rerank_model, last.text[:9]
    assert [hit.chunk_id for hit in search(QUESTION, scope_of(shop), threshold=0, limit=1).hits] == [last.chunk_id]
    settings.RERANK_DEPTH = 2
    assert [hit.chunk_id for hit in search(QUESTION, scope_of(shop), threshold=0, limit=1).hits] != [last.chunk_id]


def test_a_failure_leaves_the_order_and_is_told(shop, scope_of, reranker, settings):
    reranker.failures = [500]
    broken = search(QUESTION, scope_of(shop), threshold=0)
    assert broken.notes == (FAILED,)
    assert broken.hits == plain(settings, scope_of(shop)).hits


def test_off_is_off(shop, scope_of, reranker, settings):
    result = plain(settings, scope_of(shop))
    assert "rerank" not in result.timings_ms
    assert not [asked for asked in reranker.requests if "documents" in asked]


def test_a_stored_question_that_was_asked_stays_first(shop, scope_of, reranker):
    reranker.wanted = "路由器"
    hits = search(QUESTION, scope_of(shop), threshold=0).hits
    asked = replace(hits[-1], entry=True, alike=1.0)
    ranked, note = reranked(QUESTION, [asked, *hits[:-1]])
    assert (ranked[0], note) == (asked, "")
