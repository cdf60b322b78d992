import sys

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from knowledge.ingestion.publishing import lock_document_in_tx, withdraw_in_tx
from knowledge.models import Document
from knowledge.retrieval import search
from knowledge.types import Scope
from scrm.ai.errors import NoActiveRelease
from tests.knowledge.retrieval.conftest import SHOP, names

module = sys.modules["knowledge.retrieval.search"]


def test_a_hit_carries_all_that_is_known_of_it(publish, scope_of):
    base = publish(SHOP, titles={"保修": "保修条款"})
    hit = search("AB-1203 的保修期", scope_of(base), mode="lexical", threshold=0).hits[0]
    assert (hit.title, hit.base_id, hit.kind) == ("保修条款", base.pk, "text")
    assert hit.text == SHOP["保修"]
    assert hit.text == Document.objects.get(pk=hit.document_id).live_version.text[hit.start : hit.end]
    assert hit.lexical_rank == 1
    assert hit.vector_rank in range(1, 6)
    assert hit.lexical_score > 0
    assert -1 <= hit.vector_score <= 1
    assert 0 <= hit.relevance <= 1
    assert {"ab-1203", "ab", "1203", "保修"} <= set(hit.matched)


def test_each_half_alone_still_tells_both_scores(shop, scope_of):
    by_meaning = search("退货运费", scope_of(shop), mode="vector", threshold=0).hits
    assert len(by_meaning) == len(SHOP)
    assert [hit.vector_rank for hit in by_meaning] == [1, 2, 3, 4, 5]
    assert all(hit.lexical_score is not None for hit in by_meaning)
    by_words = search("退货运费", scope_of(shop), mode="lexical", threshold=0).hits
    assert names(by_words) == ["退货"]
    assert by_words[0].vector_score is not None


def test_hits_and_rejected_are_cut_by_relevance_and_keep_the_order(shop, scope_of):
    everything = search("退货 发票 保修", scope_of(shop), threshold=0).hits
    middle = sorted(hit.relevance for hit in everything)[2]
    result = search("退货 发票 保修", scope_of(shop), threshold=middle)
    assert [hit.chunk_id for hit in result.hits] == [hit.chunk_id for hit in everything if hit.relevance >= middle]
    assert [hit.chunk_id for hit in result.rejected] == [hit.chunk_id for hit in everything if hit.relevance < middle]
    assert result.reason == ""


def test_nothing_passes_an_impossible_threshold(shop, scope_of):
    result = search("退货", scope_of(shop), threshold=1.1)
    assert (result.hits, result.reason) == ((), "below_threshold")
    assert result.rejected


@pytest.mark.parametrize(
    ("query", "bases", "reason"), [("  ", (1,), "empty_query"), ("退货", (), "empty_scope"), ("退货", (0,), "empty_base")]
)
def test_why_nothing_was_found(release, db, query, bases, reason):
    result = search(query, Scope(bases))
    assert (result.hits, result.rejected, result.reason) == ((), (), reason)
    assert result.reason in module.REASONS


@pytest.mark.django_db
def test_without_a_model_it_says_what_to_do():
    with pytest.raises(NoActiveRelease):
        search("退货", Scope((1,)))


def test_limit_counts_passages(shop, scope_of):
    assert len(search("退货 发票", scope_of(shop), limit=2, threshold=0).hits) == 2


@pytest.mark.parametrize("mode", ["hybrid", "vector", "lexical"])
def test_other_bases_are_not_seen(publish, scope_of, mode):
    mine, other = publish({"mine": "退货要三天"}), publish({"secret": "退货密码是 9-XYZ", "more": "退货"})
    found = search("退货密码 9-XYZ", scope_of(mine), mode=mode, threshold=0)
    assert {hit.base_id for hit in found.hits + found.rejected} == {mine.pk}
    both = search("退货密码 9-XYZ", scope_of(mine, other), mode=mode, threshold=0)
    assert {hit.base_id for hit in both.hits} == {mine.pk, other.pk}


@pytest.mark.parametrize("mode", ["hybrid", "vector", "lexical"])
def test_replaced_and_withdrawn_texts_are_gone_at_once(publish, scope_of, mode):
    base = publish({"价格": "滤芯的价格是 99 元", "其他": "滤芯每半年更换"})
    publish({"价格": "滤芯的价格是 129 元"}, base)
    texts = [hit.text for hit in search("滤芯的价格", scope_of(base), mode=mode, threshold=0).hits]
    assert sorted(texts) == ["滤芯每半年更换", "滤芯的价格是 129 元"]
    document = Document.objects.get(base=base, name="价格")
    with transaction.atomic():
        withdraw_in_tx(lock_document_in_tx(base.pk, document.pk))
    assert [hit.text for hit in search("滤芯的价格", scope_of(base), mode=mode, threshold=0).hits] == ["滤芯每半年更换"]


def test_words_of_other_bases_do_not_weigh(publish, scope_of):
    """A word that is common elsewhere stays rare here: document frequencies are those of the scope."""
    mine = publish(SHOP)
    alone = search("退货 订单", scope_of(mine), mode="lexical", threshold=0).hits
    publish({f"n{index}": f"退货 {index}" for index in range(20)})
    assert [(hit.chunk_id, hit.lexical_score) for hit in alone] == [
        (hit.chunk_id, hit.lexical_score) for hit in search("退货 订单", scope_of(mine), mode="lexical", threshold=0).hits
    ]


def test_seven_reads_besides_the_release(shop, scope_of):
    with CaptureQueriesContext(connection) as queries:
        search("退货运费", scope_of(shop))
    reads = [query["sql"] for query in queries if query["sql"].lstrip().startswith(("SELECT", "WITH"))]
    assert len(reads) == 1 + 7


def test_planner_settings_end_with_the_search(shop, scope_of):
    with connection.cursor() as cursor:
        search("退货", scope_of(shop))
        cursor.execute("SHOW enable_seqscan")
        assert cursor.fetchone() == ("on",)


def test_every_stage_is_timed(shop, scope_of):
    timings = search("退货", scope_of(shop)).timings_ms
    assert list(timings) == ["encode", "weigh", "lexical", "vector", "fuse", "read", "total"]
    assert timings["total"] >= timings["encode"]


@pytest.mark.parametrize("query", ["'; DROP TABLE knowledge_chunk; --", "%s %(x)s", "\\", "\x00退货", "退" * 9000, "{}[]/1", "😀"])
def test_odd_questions_are_only_questions(shop, scope_of, query):
    search(query, scope_of(shop))
