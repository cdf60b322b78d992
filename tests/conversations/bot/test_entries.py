"""The bot gives an entry's answer whole."""

import pytest

from conversations.bot.pipeline import run
from conversations.types import Outcome
from knowledge.ingestion.bulk import load_documents
from knowledge.ingestion.pipeline import jobs_run
from knowledge.models import KnowledgeBase
from knowledge.services.bases import base_create
from knowledge.services.faq import FaqFields, faq_create
from knowledge.types import Scope
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job

STEPS = "第一步\n长按电源键五秒。\n\n您看到蓝灯闪烁了吗？\n闪烁后松手，等待一分钟。\n\n第二步\n- 打开手机应用\n- 选择“添加设备”\n\n仍然不行请联系我们。"


@pytest.fixture
def shop(transactional_db, prepared_model, monkeypatch) -> KnowledgeBase:
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)
    base = base_create(actor=None, name="shop")
    load_documents(base, [("说明书", "扫地机说明书", "扫地机怎么重置？按住重置孔三秒可以恢复出厂设置。滤网每月清洗一次。")])
    faq_create(actor=None, base=base, fields=FaqFields("扫地机怎么重新配网？", STEPS, ("机器连不上WiFi怎么办", "换了路由器如何连接")))
    jobs_run(list(Job.objects.filter(state=JobState.QUEUED).values_list("pk", flat=True)))
    return base


@pytest.mark.parametrize("question", ["扫地机怎么重新配网", "机器连不上wifi怎么办？", "换了路由器要如何连接？"])
def test_an_answer_of_several_paragraphs_is_given_whole(shop, question):
    state = run(question, Scope((shop.pk,)))
    assert state.outcome == Outcome.ANSWER
    assert state.answer == f"{STEPS}[1]"
    quote = state.quotes[0]
    assert quote.hit.entry
    version = shop.documents.get(pk=quote.hit.document_id).live_version
    assert version.text[quote.start : quote.end] == STEPS


def test_what_the_entry_does_not_answer_is_not_answered_by_it(shop):
    state = run("按住重置孔几秒恢复出厂设置", Scope((shop.pk,)))
    assert "三秒" in state.answer
    assert not state.quotes[0].hit.entry


@pytest.fixture
def freight(shop) -> KnowledgeBase:
    load_documents(shop, [("政策", "退换货政策", "退货的运费谁出？签收七天内可以申请退货，退货的运费由买家承担，退货的运费在退款里扣除。")])
    faq_create(actor=None, base=shop, fields=FaqFields("退货运费谁承担？", "七天无理由的由您承担；质量问题由我们承担。"))
    faq_create(actor=None, base=shop, fields=FaqFields("拍下以后多久能寄出来", "一般当天，最晚次日。"))
    jobs_run(list(Job.objects.filter(state=JobState.QUEUED).values_list("pk", flat=True)))
    return shop


@pytest.mark.parametrize("question", ["退货的运费由谁出？", "质量问题退货运费谁出"])
def test_the_same_question_in_other_words_is_answered_by_the_entry_not_by_a_document(freight, question):
    assert run(question, Scope((freight.pk,))).answer == "七天无理由的由您承担；质量问题由我们承担。[1]"


def test_an_entry_that_begins_alike_does_not_answer_another_question(freight):
    assert "最晚次日" not in run("拍下以后能不能改地址", Scope((freight.pk,))).answer
