"""The step between intent and search: rewriting with and without an endpoint, language, channel."""

import pytest

from conversations.bot.batch import answer_all
from conversations.bot.pipeline import run
from conversations.bot.steps import retrieve
from conversations.bot.steps.understand import language_of
from conversations.types import Exchange, Outcome
from knowledge.types import Scope, SearchResult
from tests.conversations.shop import shop_base

CUP = (Exchange("保温杯的容量是多少？", "容量是480毫升。[1]"),)


@pytest.fixture
def scope(db, release) -> Scope:
    return Scope((shop_base().pk,))


def output(state, step: str) -> dict:
    return next(entry.output for entry in state.trace if entry.step == step)


def test_a_follow_up_is_answered_from_what_it_stands_for(scope):
    state = run("它多少钱", scope, CUP, channel="wecom_kf")
    assert (state.standalone, state.context_free, state.channel) == ("保温杯多少钱", False, "wecom_kf")
    assert "129元" in state.answer
    assert output(state, "understand")["standalone"] == "保温杯多少钱"
    assert output(state, "retrieve")["hits"]


def test_a_question_that_stands_alone_is_searched_as_it_was_asked(scope):
    state = run("保温杯保修期多久？", scope, CUP)
    assert (state.standalone, state.context_free, state.asks) == ("", True, "保温杯保修期多久？")


def test_a_message_goes_on_from_the_one_before_it(scope):
    states = answer_all(["保温杯的容量是多少？", "多少钱"], scope)
    assert [state.asks for state in states] == ["保温杯的容量是多少？", "保温杯多少钱"]
    assert "129元" in states[1].answer


def test_a_question_in_fragments_is_one_question(scope):
    (state,) = answer_all(["我想问一下", "保温杯", "多少钱"], scope)
    assert [one.question for one in answer_all(["保温杯", "保修多久"], scope)] == ["保温杯保修多久"]
    assert (state.question, "129元" in state.answer) == ("保温杯多少钱", True)


def test_with_an_endpoint_the_model_rewrites(scope, settings, endpoint):
    settings.CHAT_MODEL = endpoint.chat_model
    endpoint.reply = "保温杯的价格是多少？"
    state = run("它多少钱", scope, CUP)
    assert state.standalone == "保温杯的价格是多少？"
    asked = next(request["messages"] for request in endpoint.requests if "messages" in request)
    assert "容量是480毫升" in asked[-1]["content"]


@pytest.mark.parametrize("reply", ["保温杯AB-9999多少钱", "第一行\n第二行", "长" * 200])
def test_a_rewriting_that_invents_or_is_none_is_refused(scope, settings, endpoint, reply):
    settings.CHAT_MODEL = endpoint.chat_model
    endpoint.reply = reply
    assert run("它多少钱", scope, CUP).standalone == "保温杯多少钱"


def test_without_the_endpoint_the_rules_rewrite(scope, settings, endpoint):
    settings.CHAT_MODEL, settings.OPENAI_BASE_URL = endpoint.chat_model, "http://127.0.0.1:9/v1"
    state = run("它多少钱", scope, CUP)
    assert (state.standalone, state.outcome) == ("保温杯多少钱", Outcome.ANSWER)


@pytest.mark.parametrize(
    ("text", "language"),
    [("保修多久", "zh"), ("How long is the warranty?", "en"), ("AB-1203怎么清洗", "zh"), ("iPhone 15 Pro Max支持吗", "zh"), ("保証期間はどのくらいですか", "other"), ("？", "zh")],
)  # fmt: skip
def test_the_language_of_a_question(text, language):
    assert language_of(text) == language


def test_what_finds_nothing_is_tried_in_other_words(scope, monkeypatch):

    asked = []
    real = retrieve.search

    def only_words(text, *args, **named):
        asked.append(text)
        return real(text, *args, **named) if " " in text else SearchResult(text, ())

    monkeypatch.setattr(retrieve, "search", only_words)
    state = run("请问一下保温杯的容量是多少呢？", scope)
    assert (asked, state.searched_again) == (["请问一下保温杯的容量是多少呢？", "保温杯 容量"], "保温杯 容量")
    assert "480毫升" in state.answer
