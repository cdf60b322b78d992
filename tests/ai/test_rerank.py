import time

import pytest

from scrm.ai import rerank
from scrm.ai.breaker import FAILURES
from scrm.ai.errors import RerankUnavailable
from tests.ai.reranker import Reranker

PASSAGES = ["发票可以下载。", "退货要在七天内，退货运费由买家承担。", "退货需要保持完好。"]


@pytest.fixture
def reranker(settings):
    rerank._breaker.cache_clear()
    with Reranker() as server:
        settings.RERANK_MODEL, settings.RERANK_BASE_URL, settings.RERANK_API_KEY = server.rerank_model, server.url, server.key
        settings.RERANK_TIMEOUT_S = 5.0
        yield server
    rerank._breaker.cache_clear()


def test_scores_come_in_the_order_of_the_passages(reranker):
    assert rerank.scores("怎么退货", PASSAGES) == [0.0, 0.2, 0.1]
    assert rerank.scores("怎么退货", ["", "退货"]) == [0.0, 0.1]


@pytest.mark.parametrize(
    "wrong",
    [{"RERANK_API_KEY": "sk-wrong"}, {"RERANK_MODEL": "unknown"}, {"RERANK_BASE_URL": "http://127.0.0.1:9/v1"}],
)
def test_a_refusal_is_one_kind_of_error(reranker, settings, wrong):
    for name, value in wrong.items():
        setattr(settings, name, value)
    with pytest.raises(RerankUnavailable):
        rerank.scores("怎么退货", PASSAGES)


@pytest.mark.parametrize(
    "garbage", [b"<html>", b"{}", b'{"results": [{"index": 0}]}', b'{"results": [{"index": 0, "relevance_score": NaN}]}']
)
def test_an_answer_that_is_none_is_an_error(reranker, garbage):
    reranker.garbage = garbage
    with pytest.raises(RerankUnavailable):
        rerank.scores("怎么退货", PASSAGES[:1])


def test_missing_results_are_an_error(reranker):
    reranker.missing = 1
    with pytest.raises(RerankUnavailable):
        rerank.scores("怎么退货", PASSAGES)


def test_what_hangs_is_given_up_and_then_left_alone(reranker, settings):
    settings.RERANK_TIMEOUT_S, reranker.delay_s = 0.05, 30
    for _ in range(FAILURES + 2):
        with pytest.raises(RerankUnavailable):
            rerank.scores("怎么退货", PASSAGES)
    assert len(reranker.requests) == FAILURES


def test_a_line_that_is_kept_alive_without_an_answer_is_left_in_time(reranker, settings):
    settings.RERANK_TIMEOUT_S, reranker.drips_s = 0.4, 0.05
    began = time.monotonic()
    with pytest.raises(RerankUnavailable):
        rerank.scores("怎么退货", PASSAGES)
    assert time.monotonic() - began < 1.5


def test_an_answer_without_end_is_none(reranker):
    reranker.garbage = b" " * (rerank.MOST_BYTES + 100_000)
    with pytest.raises(RerankUnavailable):
        rerank.scores("怎么退货", PASSAGES)


def test_a_model_that_is_not_there_is_the_same_error(settings, tmp_path):
    settings.RERANK_MODEL, settings.RERANK_BASE_URL, settings.RERANK_TIMEOUT_S = str(tmp_path / "none"), "", 120
    rerank._breaker.cache_clear()
    with pytest.raises(RerankUnavailable):
        rerank.scores("怎么退货", PASSAGES)
