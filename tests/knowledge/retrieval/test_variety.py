import pytest

from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.ranker import Traits
from knowledge.retrieval.variety import SURE, once, varied

RULE = "签收七天内可以申请退货，商品需要保持完好，退货的运费由买家承担，质量问题由商家承担，退款在收到商品后三天内原路退回。"


def found(texts: list[str]) -> tuple[list[Candidate], dict[int, Traits]]:
    ranked = [Candidate(place, 0.9, 1.0, score=2 - place / 100) for place in range(len(texts))]
    return ranked, {place: Traits(place, str(place), "", text, frozenset()) for place, text in enumerate(texts)}


def test_the_same_text_is_one_hit_that_names_the_others():
    kept = once(*found([RULE, "发票在订单里下载。", RULE, RULE + "。"]))
    assert [(each.chunk_id, each.same) for each in kept] == [(0, (2, 3)), (1, ())]


@pytest.mark.parametrize("other", [RULE.replace("七天", "7天"), RULE[:30], "完全不同的一段话，讲的是别的事情。"])
def test_another_number_and_another_text_stay(other):
    assert len(once(*found([RULE, other]))) == 2


def test_the_last_places_go_to_something_new():
    texts = [RULE, *(f"第{name}件事：{name * 12}" for name in "甲乙丙丁"), RULE[:40], "发票在订单详情里下载，电子发票自动开具。"]
    ranked, traits = found(texts)
    assert [each.chunk_id for each in varied(ranked, traits, 0.3)] == [0, 1, 2, 3, 4, 6, 5]
    assert varied(ranked, traits, 0.0) == ranked
    assert varied(ranked, traits, 1.0)[:SURE] == ranked[:SURE]


def test_what_has_no_text_at_hand_stays():
    ranked, _ = found([RULE] * 8)
    assert once(ranked, {}) == ranked
    assert varied(ranked, {}, 0.5) == ranked
