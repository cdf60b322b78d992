"""New words and other wordings, out of texts and questions."""

import pytest

from knowledge.choices import WordState
from knowledge.history import ASKED, asked_of
from knowledge.models import BaseWord, FaqEntry
from knowledge.retrieval.mining import words_mine
from knowledge.retrieval.new_words import new_words
from knowledge.retrieval.terms import segmenter
from knowledge.retrieval.wordings import wordings_suggest
from knowledge.services.faq import FaqFields, faq_create, faq_wording_dismiss, faq_wordings_suggest
from knowledge.services.words import words_decide, words_suggest
from scrm.privacy.redact import PLACEHOLDER, redact
from tests.world import question_make, side_make

pytestmark = pytest.mark.django_db(transaction=True)

SAID = [
    f"{before}云朵净扫机{after}"
    for before, after in [
        ("请问", "怎么充电"), ("我的", "坏了"), ("新款", "多少钱"), ("白色的", "有货吗"), ("收到", "没有配件"), ("客厅用", "合适吗"), ("买", "送什么"), ("这台", "保修几年"),
    ]
]  # fmt: skip


@pytest.fixture(autouse=True)
def quiet(monkeypatch, release):
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)


@pytest.fixture
def asked(monkeypatch):
    """asked("...", ...) is what people asked the base."""
    said: list[str] = []
    monkeypatch.setattr(ASKED, "_entries", {"test": lambda base_id, limit: said[:limit]})
    return said.extend


def test_a_name_that_is_cut_apart_is_found_whole():
    found = [each.word for each in new_words(SAID * 2, segmenter().lcut)]
    assert "云朵净扫机" in found
    assert all("的" not in word and "请问" not in word for word in found)


def test_what_is_said_once_or_by_chance_is_no_word():
    assert new_words(["扫地机器人很安静", "今天天气不错"], segmenter().lcut) == []
    assert new_words(["我们的客服"] * 9 + ["他们的仓库"] * 9, segmenter().lcut) == []


def test_mined_words_wait_for_a_decision_and_do_not_come_back(publish, asked):
    base = publish({str(number): text for number, text in enumerate(SAID)})
    asked(SAID)
    words_mine(words_suggest(actor=None, base=base).pk)
    suggested = BaseWord.objects.get(word="云朵净扫机")
    assert suggested.state == WordState.SUGGESTED
    words_decide(actor=None, base=base, ids=[suggested.pk], accept=False)
    words_mine(words_suggest(actor=None, base=base).pk)
    assert BaseWord.objects.get(word="云朵净扫机").state == WordState.REJECTED


def test_other_wordings_go_to_the_entry_they_are_like(base, asked):
    freight = faq_create(actor=None, base=base, fields=FaqFields("退货的运费由谁来承担", "买家"))
    invoice = faq_create(actor=None, base=base, fields=FaqFields("怎么开电子发票", "订单里"))
    asked(["退货运费由谁承担", "怎样开电子发票呢", "退货的运费，由谁来承担？", "几点了"])
    assert wordings_suggest(faq_wordings_suggest(actor=None, base=base).pk) == 2
    assert dict(FaqEntry.objects.values_list("pk", "suggested")) == {freight.pk: ["退货运费由谁承担"], invoice.pk: ["怎样开电子发票呢"]}
    faq_wording_dismiss(actor=None, entry=freight, wording="退货运费由谁承担")
    wordings_suggest(faq_wordings_suggest(actor=None, base=base).pk)
    freight.refresh_from_db()
    assert freight.suggested == []


def test_questions_come_from_the_base_itself_and_without_personal_data(person):
    ours, theirs = side_make("我方"), side_make("机密")
    user = person("agent", ours.base)
    question_make(user, ours, text=redact("我的手机号13812345678怎么改").text)  # as it is stored
    question_make(user, ours, text="员工怎么问")
    said = asked_of(ours.base.pk, 100)
    assert "员工怎么问" in said
    assert "我方脱敏问题" in said
    assert not any(text.startswith("机密") or "138" in text or PLACEHOLDER.search(text) for text in said)
    assert any(text.startswith("机密") for text in asked_of(theirs.base.pk, 100))
