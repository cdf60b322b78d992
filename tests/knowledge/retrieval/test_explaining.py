from datetime import timedelta

import pytest
from django.utils import timezone

from knowledge.choices import Audience
from knowledge.models import Document
from knowledge.retrieval import search
from knowledge.retrieval.explaining import explained, silent
from knowledge.services.words import word_save
from knowledge.types import Scope
from tests.knowledge.retrieval.conftest import SHOP


def lines(query: str, base, threshold: float = 0.15) -> dict[str, dict]:
    """Key -> values of the lines about the passage on returns."""
    scope = Scope((base.pk,))
    result = search(query, scope, threshold=0)
    returns = next(hit for hit in result.hits if hit.text.startswith("签收"))
    return {why.key: why.values for why in explained(result, scope, threshold)[returns.chunk_id]}


def test_words_that_are_there_and_words_that_are_not(shop):
    found = lines("退货的运费和火车", shop)
    assert {"退货", "运费"} <= set(found["words"]["words"])
    assert found["missing"]["words"] == ["火车"]


def test_a_synonym_names_what_was_said(shop):
    word_save(actor=None, base=shop, word="退货", synonyms=["退回货品"])
    found = lines("退回货品", shop)
    assert (found["synonyms"]["words"], found["synonyms"]["said"]) == (["退货"], ["退回货品"])


def test_how_far_from_the_threshold(shop):
    by = {key: lines("退货运费", shop, threshold)[key]["by"] for key, threshold in (("above", 0.0), ("below", 1.0))}
    assert by["above"] + by["below"] == 100


def test_a_question_in_other_words_is_found_by_meaning_alone(shop):
    assert "meaning_alone" in lines("zzz", shop)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"valid_until": timezone.now() - timedelta(days=1)}, "late"),
        ({"valid_from": timezone.now() + timedelta(days=1)}, "early"),
        ({"audience": Audience.INTERNAL}, "internal"),
    ],
)
def test_what_matches_and_may_not_answer_is_named(shop, change, why):
    assert silent("退货运费", Scope((shop.pk,))) == []
    document = Document.objects.get(base=shop, name="退货")
    Document.objects.filter(pk=document.pk).update(**change)
    [found] = silent("退货运费", Scope((shop.pk,)))
    assert (found.document_id, found.why) == (document.pk, why)
    assert silent("屏幕路由器", Scope((shop.pk,))) == []
    assert silent("退货运费", Scope(())) == []


def test_all_of_it_is_told_of_rejected_passages_too(shop):
    scope = Scope((shop.pk,))
    result = search("退货运费", scope, threshold=0.99)
    assert set(explained(result, scope, 0.99)) == {hit.chunk_id for hit in (*result.hits, *result.rejected)} != set()
    assert set(SHOP) == set(Document.objects.values_list("name", flat=True))
