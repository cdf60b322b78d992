import random
from collections import Counter

import pytest
from django.db import transaction

from knowledge.ingestion.bulk import load_documents
from knowledge.ingestion.publishing import lock_document_in_tx, withdraw_in_tx
from knowledge.models import ChunkLexical, Document, KnowledgeBase, TermStat
from knowledge.retrieval import search
from knowledge.retrieval.refresh import impacts_refresh, statistics_of_deleted_bases_drop
from knowledge.services.bases import base_create
from tests.knowledge.retrieval.conftest import SHOP, names, reference_scores

VOCABULARY = ["退货", "发票", "电池", "保修", "运费", "订单", "固件", "滤芯", "会员", "积分", "AB-1203", "v2.1.3", "仓库", "赠品"]


def generated(seed: int, number: int) -> dict[str, str]:
    chance = random.Random(seed)
    return {f"d{index}": "，".join(chance.choices(VOCABULARY, k=chance.randint(1, 40))) for index in range(number)}


@pytest.mark.parametrize("query", ["退货运费", "AB-1203 保修几年", "会员积分和赠品", "v2.1.3 固件 固件", "仓库"])
def test_ranking_and_scores_equal_a_scan(publish, scope_of, query):
    texts = generated(1, 80)
    titles = dict.fromkeys(list(texts)[::7], "电池保修")
    base = publish(texts, titles=titles)
    impacts_refresh(base.pk, tolerance=0)
    expected = reference_scores(query, texts, titles | dict.fromkeys(texts.keys() - titles.keys(), ""))
    hits = search(query, scope_of(base), limit=100, mode="lexical", threshold=0).hits
    found = {name: hit.lexical_score for name, hit in zip(names(hits), hits, strict=True)}
    assert found == pytest.approx(expected, rel=1e-4)
    assert list(found.values()) == sorted(found.values(), reverse=True)


def test_a_word_of_the_title_outweighs_one_of_the_body(publish, scope_of):
    base = publish({"a": "电池可以更换，屏幕也可以。", "b": "电池可以更换，屏幕也可以。"}, titles={"a": "屏幕", "b": "仓库"})
    hits = search("屏幕", scope_of(base), mode="lexical", threshold=0).hits
    assert names(hits) == ["a", "b"]
    assert hits[0].lexical_score > 1.3 * hits[1].lexical_score


def test_query_words_are_joined_by_or(shop, scope_of):
    hits = search("退货 xyzzy 火星", scope_of(shop), mode="lexical", threshold=0).hits
    assert names(hits) == ["退货"]


def recounted(base: KnowledgeBase) -> tuple[dict[int, int], int, int]:
    live = ChunkLexical.objects.filter(version__in=Document.objects.filter(base=base).values("live_version"))
    rows = list(live.values_list("terms", "length"))
    return dict(Counter(term for terms, _ in rows for term in terms)), len(rows), int(sum(length for _, length in rows))


def kept(base: KnowledgeBase) -> tuple[dict[int, int], int, int]:
    base.refresh_from_db()
    first, last = base.pk << 32, base.pk + 1 << 32
    counts = dict(TermStat.objects.filter(term__gte=first, term__lt=last).values_list("term", "df"))
    return counts, base.live_chunks, base.live_length


@pytest.mark.parametrize("seed", range(4))
def test_statistics_equal_a_recount_after_any_history(db, release, seed):
    chance = random.Random(seed)
    base = base_create(actor=None, name="history")
    for step in range(12):
        if chance.random() < 0.3 and Document.objects.filter(base=base, live_version__isnull=False).exists():
            withdraw(chance.choice(list(Document.objects.filter(base=base, live_version__isnull=False))))
        else:
            texts = generated(seed * 100 + step, 6)
            load_documents(base, [(f"d{chance.randint(0, 4)}", "", text) for text in chance.sample(list(texts.values()), 3)])
        assert kept(base) == recounted(base)
    assert all(df > 0 for df in kept(base)[0].values())


def withdraw(document: Document) -> None:
    with transaction.atomic():
        withdraw_in_tx(lock_document_in_tx(document.base_id, document.pk))


def test_refresh_follows_the_true_average_length(publish, scope_of):
    base = publish({"short": "退货"})
    publish({f"long{index}": "，".join(VOCABULARY * 5) for index in range(3)}, base)
    assert impacts_refresh(base.pk) == 4
    base.refresh_from_db()
    assert base.impact_avgdl == pytest.approx(base.live_length / base.live_chunks)
    assert impacts_refresh(base.pk) == 0


def test_statistics_of_deleted_bases_go(publish):
    base = publish(SHOP)
    KnowledgeBase.objects.filter(pk=base.pk).update(live_chunks=0)
    TermStat.objects.create(term=(base.pk + 1000) << 32 | 5, df=1)
    statistics_of_deleted_bases_drop()
    assert set(TermStat.objects.values_list("term", flat=True)) == set(recounted(base)[0])
