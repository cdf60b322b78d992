"""A second judge takes away what it does not find in the source, and nothing when it fails."""

import json

import pytest

from conversations.bot.pipeline import run
from conversations.bot.support import Why
from conversations.types import Outcome, Verdict
from knowledge.types import Scope
from tests.ai.inferring import build
from tests.conversations.shop import shop_base

QUESTION = "保温杯保修期多久？"
ANSWER = "保温杯的保修期为两年，自购买之日起计算。保温杯的容量是480毫升。"


@pytest.fixture
def scope(db, release, settings, endpoint) -> Scope:
    settings.CHAT_MODEL, settings.SECOND_OPINION = endpoint.chat_model, "llm"
    return Scope((shop_base().pk,))


def opinion(*supported: bool) -> str:
    return json.dumps({"verdicts": [{"n": n, "supported": one} for n, one in enumerate(supported, 1)]})


def answered(endpoint, scope, *replies: str):
    endpoint.replies = list(replies)
    return run(QUESTION, scope)


def told(state) -> dict:
    (entry,) = [entry for entry in state.trace if entry.step == "check"]
    return entry.output


def chats(endpoint) -> list[dict]:
    return [request for request in endpoint.requests if "messages" in request]


@pytest.fixture
def two(endpoint, scope, settings) -> int:
    """The shop's documents say both sentences; how many sentences the first judge lets through."""
    settings.SECOND_OPINION = "off"
    state = answered(endpoint, scope, ANSWER)
    settings.SECOND_OPINION = "llm"
    assert len(chats(endpoint)) == 1
    return sum(one.supported for one in state.sentences)


def test_what_both_judges_find_stays(endpoint, scope, two):
    state = answered(endpoint, scope, ANSWER, opinion(*[True] * two))
    assert (state.outcome, state.verdict) == (Outcome.ANSWER, Verdict.SUPPORTED)
    assert "两年" in state.answer
    assert all(row["scores"]["second"] == 1.0 for row in told(state)["sentences"] if row["supported"])
    assert told(state)["second_opinion"]


def test_what_it_does_not_find_is_cut_and_quotes_are_numbered_anew(endpoint, scope, two):
    state = answered(endpoint, scope, ANSWER, opinion(True, *[False] * (two - 1)))
    assert two > 1
    assert state.answer == "保温杯的保修期为两年，自购买之日起计算。[1]"
    assert [quote.number for quote in state.quotes] == [1]
    assert [one.why for one in state.sentences if not one.supported][-1] == Why.SECOND


def test_the_first_sentence_cut_makes_the_second_the_first(endpoint, scope, two):
    state = answered(endpoint, scope, ANSWER, opinion(False, *[True] * (two - 1)))
    assert state.sentences[0].why == Why.SECOND
    assert [one.number for one in state.sentences if one.supported] == [1]


def test_nothing_left_is_a_refusal(endpoint, scope, two):
    state = answered(endpoint, scope, ANSWER, opinion(*[False] * two))
    assert (state.outcome, state.verdict, state.quotes) == (Outcome.REFUSE, Verdict.UNSUPPORTED, ())


@pytest.mark.parametrize(
    "reply",
    [
        "都有依据。", "{}", '{"verdicts": []}', '{"verdicts": [{"n": 1, "supported": "yes"}]}', '{"verdicts": [{"n": 9, "supported": true}]}',
        '{"verdicts": 5}', "[[[[", '{"verdicts": [{"n": [1], "supported": true}]}',
    ],
)  # fmt: skip
def test_a_reply_in_another_form_leaves_the_first_verdict(endpoint, scope, two, reply):
    state = answered(endpoint, scope, ANSWER, reply)
    assert sum(one.supported for one in state.sentences) == two
    assert "verdict" in told(state)["second_opinion"] or "结论" in told(state)["second_opinion"]


def test_a_judge_that_hangs_is_waited_for_in_time(endpoint, scope, two, settings):
    settings.SECOND_OPINION_TIMEOUT_S = 0.2
    real, calls = endpoint.chat, []

    def slow(body):
        calls.append(body)
        endpoint._closed.wait(5 if len(calls) == 2 else 0)
        return real(body)

    endpoint.chat = slow
    state = answered(endpoint, scope, ANSWER, opinion(False))
    assert sum(one.supported for one in state.sentences) == two


def test_in_a_block_of_code_it_is_read_all_the_same(endpoint, scope, two):
    state = answered(endpoint, scope, ANSWER, f"```json\n{opinion(*[False] * two)}\n```")
    assert state.outcome == Outcome.REFUSE


def test_the_judge_is_shown_sentences_and_their_passages_in_fences(endpoint, scope, two):
    answered(endpoint, scope, ANSWER, opinion(*[True] * two))
    asked = chats(endpoint)[-1]["messages"][-1]["content"]
    assert asked.count("<item n=") == two
    assert "保修期为两年" in asked


def test_quotes_need_none(release, db, settings, endpoint):
    settings.CHAT_MODEL, settings.SECOND_OPINION = "", "llm"
    state = run(QUESTION, Scope((shop_base().pk,)))
    assert state.outcome == Outcome.ANSWER
    assert chats(endpoint) == []


@pytest.mark.parametrize(("bias", "stays"), [(4.0, True), (-4.0, False)])
def test_a_model_of_inference_judges_by_its_probability(endpoint, scope, two, settings, tmp_path, bias, stays):
    settings.SECOND_OPINION, settings.SECOND_OPINION_TIMEOUT_S = "nli", 120
    settings.NLI_MODEL = str(build(tmp_path / "nli", ["entailment", "not_entailment"], [bias, -bias]))
    state = answered(endpoint, scope, ANSWER)
    assert any(one.supported for one in state.sentences) is stays
    assert {one.scores["second"] > 0.5 for one in state.sentences} == {stays}


def test_a_model_that_is_not_there_leaves_the_first_verdict(endpoint, scope, two, settings):
    settings.SECOND_OPINION, settings.NLI_MODEL = "nli", "/nowhere/none"
    state = answered(endpoint, scope, ANSWER)
    assert sum(one.supported for one in state.sentences) == two
    assert "SCRM_NLI_MODEL" in told(state)["second_opinion"]
