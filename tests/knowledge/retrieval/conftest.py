"""Published texts, and a plain reference of BM25 to compare with."""

import math
from collections import Counter
from collections.abc import Callable

import pytest

from knowledge.models import Document, KnowledgeBase
from knowledge.retrieval import bm25
from knowledge.retrieval.terms import words
from knowledge.types import Scope

SHOP = {
    "退货": "签收七天内可以申请退货，商品需要保持完好。退货的运费由买家承担。",
    "发票": "电子发票在订单完成后自动开具，可以在订单详情里下载。",
    "保修": "空气净化器 AB-1203 保修两年，电池保修六个月。",
    "故障": "屏幕出现 ERR_CONN_RESET 时请重启路由器，固件 v2.1.3 已经修复。",
    "物流": "订单在二十四小时内发货，偏远地区需要三到五天。",
}


@pytest.fixture
def shop(publish) -> KnowledgeBase:
    return publish(SHOP)


@pytest.fixture
def scope_of() -> Callable[..., Scope]:
    return lambda *bases: Scope(tuple(base.pk for base in bases))


def names(hits) -> list[str]:
    return [Document.objects.get(pk=hit.document_id).name for hit in hits]


def reference_scores(query: str, texts: dict[str, str], titles: dict[str, str]) -> dict[str, float]:
    """BM25 by scanning every text, written from the formula alone."""
    bodies = {name: Counter(words(text)) for name, text in texts.items()}
    counts = {name: Counter(body) for name, body in bodies.items()}
    for name, title in titles.items():
        for word, number in Counter(words(title)).items():
            counts[name][word] += bm25.TITLE_WEIGHT * number
    average = sum(body.total() for body in bodies.values()) / len(bodies)
    scores = dict.fromkeys(texts, 0.0)
    for word, asked in Counter(words(query)).items():
        df = sum(word in count for count in counts.values())
        idf = math.log(1 + (len(texts) - df + 0.5) / (df + 0.5))
        for name, count in counts.items():
            norm = bm25.K1 * (1 - bm25.B + bm25.B * bodies[name].total() / average)
            scores[name] += asked * idf * count[word] * (bm25.K1 + 1) / (count[word] + norm)
    return {name: score for name, score in scores.items() if score > 0}
