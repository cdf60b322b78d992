"""Sentences that use their source's words to say something else are taken away, by the encoders in use."""

from unittest.mock import Mock

import pytest

from conversations.bot import grounding, meaning
from conversations.bot.grounding import marked, written_sentences
from conversations.bot.meaning import Nearness, nearness
from conversations.bot.pipeline import run
from conversations.bot.support import Why
from conversations.types import Outcome
from knowledge.retrieval.background import Background, release_background_ensure
from knowledge.types import Scope
from scrm.ai.errors import EncoderUnavailable
from tests.conversations.shop import shop_base

QUESTION = "保温杯保修期多久？"


@pytest.fixture
def scope(db, release, settings, endpoint) -> Scope:
    settings.CHAT_MODEL, endpoint.reply = endpoint.chat_model, "保温杯的保修期为两年，自购买之日起计算。"
    return Scope((shop_base().pk,))


def test_the_encoder_tells_what_means_the_same(prepared_model):
    release_background_ensure(prepared_model)
    source = "商品签收后七天内可以申请退货，退货运费由买家承担。"
    near, far = nearness(
        [("签收后七天内能申请退货，运费买家承担。", (source,)), ("七天内商品会签收，买家可以承担。", ("今天天气很好，适合出门散步。",))]
    )
    assert near.enough
    assert not far.enough
    assert near.cosine > far.cosine


def test_without_a_known_background_nothing_is_compared(db, release, endpoint):
    assert nearness([("保修两年。", ("保修期为两年。",))]) == [None]
    assert nearness([]) == []


def test_an_encoder_that_fails_takes_nothing_away(db, release, endpoint, monkeypatch):
    release.settings = {"cosine_background": [0.1, 0.1]}
    release.save()
    monkeypatch.setattr(meaning, "_cosines", Mock(side_effect=EncoderUnavailable))
    assert nearness([("保修两年。", ("保修期为两年。",))]) == [None]


@pytest.mark.parametrize(("enough", "outcome"), [(True, Outcome.ANSWER), (False, Outcome.REFUSE)])
def test_the_verdict_says_how_near(scope, monkeypatch, enough, outcome):
    monkeypatch.setattr(grounding, "nearness", lambda claims: [Nearness(0.91, enough) for _claim in claims])
    state = run(QUESTION, scope)
    (verdict,) = state.sentences
    assert state.outcome == outcome
    assert verdict.scores["meaning"] == 0.91
    assert (verdict.supported, verdict.why) == ((True, "") if enough else (False, str(Why.MEANING)))


def test_what_stands_word_for_word_is_not_compared(scope, endpoint, monkeypatch):
    asked = []
    monkeypatch.setattr(grounding, "nearness", lambda claims: asked.extend(claims) or [])
    endpoint.reply = "保修期为两年，自购买之日起计算。"
    assert run(QUESTION, scope).outcome == Outcome.ANSWER
    assert asked == []


def test_items_of_a_list_stay_on_lines_of_their_own():
    answer = marked([("保修两年", 1), ("运费自理。", 2), ("可以换货", 1)])
    assert answer == "保修两年[1]\n运费自理。[2]可以换货[1]"
    assert [text for text, _marks in written_sentences(answer)] == ["保修两年", "运费自理。", "可以换货"]


def test_the_bound_is_in_deviations(monkeypatch):
    background = Background(0.8, 0.02)
    assert meaning._judged(0.8 + 0.02 * meaning.LEAST + 0.001, background).enough
    assert not meaning._judged(0.8 + 0.02 * meaning.LEAST - 0.001, background).enough
