"""Entries among passages, with the real model: what is asked in other words must be seen as the same question."""

import pytest

from knowledge.ingestion.bulk import load_documents
from knowledge.ingestion.pipeline import jobs_run
from knowledge.models import KnowledgeBase
from knowledge.retrieval import search
from knowledge.retrieval.entries import Wording, leading
from knowledge.retrieval.fusion import Candidate
from knowledge.retrieval.likeness import dice, likeness, pairs_of
from knowledge.services.bases import base_create
from knowledge.services.faq import FaqFields, faq_create
from knowledge.types import Scope
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job

RULES = {
    "退换货政策": "退货的运费谁出？签收七天内可以申请退货，退货的运费由买家承担，质量问题由商家承担退货的运费。退货的运费在退款里扣除。",
    "配送说明": "下单后多久发货？现货订单二十四小时内发货，偏远地区需要三到五天。发货以后可以在订单里看到物流。",
    "发票说明": "电子发票在订单完成后自动开具，可以在订单详情里下载。纸质发票需要联系客服。",
}
ENTRIES = (
    FaqFields("退货运费谁承担？", "七天无理由的由您承担；质量问题由我们承担。", ("寄回去的邮费算谁的",)),
    FaqFields("拍下以后多久能寄出来", "一般当天，最晚次日。"),
    FaqFields("可以开发票吗", "可以，电子发票自动开具。"),
)


@pytest.fixture
def shop(transactional_db, prepared_model, monkeypatch) -> KnowledgeBase:
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)
    base = base_create(actor=None, name="shop")
    load_documents(base, [(name, name, text) for name, text in RULES.items()])
    for fields in ENTRIES:
        faq_create(actor=None, base=base, fields=fields)
    jobs_run(list(Job.objects.filter(state=JobState.QUEUED).values_list("pk", flat=True)))
    return base


def test_entries_lead_when_they_are_what_is_asked(shop):
    asked = {
        "退货的运费谁出？": "退货运费谁承担？",
        "寄回去的邮费算谁的？": "寄回去的邮费算谁的",
        "拍下后多久可以寄出": "拍下以后多久能寄出来",
        "能不能开发票": "可以开发票吗",
    }
    first = {question: search(question, Scope((shop.pk,))).hits[0] for question in asked}
    assert {question: hit.question for question, hit in first.items()} == asked
    assert all(hit.relevance > 0.6 for hit in first.values())


def test_an_entry_is_one_hit(shop):
    hits = search("退货的运费", Scope((shop.pk,)), threshold=0, limit=50).hits
    assert len({hit.document_id for hit in hits if hit.question}) == len([hit for hit in hits if hit.question])


def test_an_entry_about_something_else_does_not_lead(shop):
    assert search("偏远地区几天能到", Scope((shop.pk,))).hits[0].title == "配送说明"


def found(chunk: int, score: float) -> Candidate:
    return Candidate(chunk, 0.9, 1.0, 1, 1, score, 0.5)


def test_the_lead_grows_with_likeness_and_can_be_turned_off():
    ranked = [found(1, 2.0), found(2, 1.0), found(3, 0.9)]
    entry = {2: Wording(7, "甲", 1.0), 3: Wording(7, "乙", 0.2)}
    assert [c.chunk_id for c in leading(ranked, entry)] == [2, 1]
    assert [c.chunk_id for c in leading(ranked, entry, factor=0)] == [1, 2]
    assert [c.chunk_id for c in leading(ranked, {2: Wording(7, "甲", 0.1)})] == [1, 2, 3]
    assert leading(ranked, {}) == ranked


@pytest.mark.parametrize(
    ("words", "far", "expected"), [(0.6, None, 1.0), (0.2, 8.5, 1.0), (0.2, 5.0, 0.0), (0.2, None, 0.0), (0.475, 7.0, 0.5)]
)
def test_likeness_takes_the_better_figure(words, far, expected):
    assert likeness(words, far) == pytest.approx(expected)


def test_dice_ignores_width_case_script_and_punctuation():
    assert dice(pairs_of("ＷＩＦＩ密碼，是多少？"), pairs_of("wifi密码是多少")) == 1.0
