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
