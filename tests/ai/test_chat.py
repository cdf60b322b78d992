import logging
import socket
import threading
import time

import pytest

from scrm.ai.chat import chat_configured, complete, within
from scrm.ai.errors import ChatUnavailable
from tests.ai.endpoint import Endpoint

ASK = [{"role": "user", "content": "退货需要几天？我的电话是 13800138000"}]


def test_a_reply_with_its_costs(endpoint):
    reply = complete(ASK, max_tokens=50)
    assert (reply.text, reply.model, reply.prompt_tokens, reply.completion_tokens) == ("七天内可以退货。", "writer-1", 12, 7)
    assert reply.ms >= 0
    assert (endpoint.requests[0]["max_tokens"], endpoint.requests[0]["temperature"]) == (50, 0)


def test_a_busy_endpoint_is_asked_again(endpoint):
    endpoint.failures = [429, 503]
    assert complete(ASK).text
    assert len(endpoint.requests) == 3


@pytest.mark.parametrize(
    ("setting", "value", "hint"),
    [
        ("OPENAI_API_KEY", "sk-wrong", "OPENAI_API_KEY"),
        ("OPENAI_API_KEY", "", "OPENAI_API_KEY"),
        ("CHAT_MODEL", "writer-2", "SCRM_CHAT_MODEL"),
    ],
)
def test_a_refusal_says_what_to_check(endpoint, settings, setting, value, hint):
    setattr(settings, setting, value)
    with pytest.raises(ChatUnavailable, match=hint):
        complete(ASK)
    assert len(endpoint.requests) == 1


def test_an_endpoint_that_stays_busy_gives_up(endpoint):
    endpoint.failures = [500] * 9
    with pytest.raises(ChatUnavailable):
        complete(ASK)


def test_an_endpoint_that_hangs_is_waited_for_once_and_then_left_alone(endpoint, settings):
    settings.CHAT_TIMEOUT_S = 0.3
    endpoint.delay_s = 5
    for _attempt in range(3):
        began = time.monotonic()
        with pytest.raises(ChatUnavailable):
            complete(ASK)
        assert time.monotonic() - began < 2
    asked = len(endpoint.requests)
    with pytest.raises(ChatUnavailable):
        complete(ASK)
    assert (asked, len(endpoint.requests)) == (3, 3)


@pytest.mark.parametrize("garbage", [b"<html>busy</html>", b"{}", b'{"choices": []}', b"", b"null"])
def test_garbage_is_no_reply(endpoint, garbage):
    endpoint.garbage = garbage
    with pytest.raises(ChatUnavailable):
        complete(ASK)


def test_nobody_listening(settings):
    settings.OPENAI_BASE_URL, settings.CHAT_MODEL = "http://127.0.0.1:9/v1", "writer-1"
    with pytest.raises(ChatUnavailable):
        complete(ASK)


def test_an_empty_reply_is_no_reply(endpoint):
    endpoint.reply = "  "
    with pytest.raises(ChatUnavailable):
        complete(ASK)


@pytest.mark.parametrize(
    ("url", "key", "model", "configured"),
    [("", "", "", False), ("", "", "m", False), ("http://x/v1", "", "", False), ("http://x/v1", "", "m", True), ("", "k", "m", True)],
)
def test_configured_means_a_model_and_an_endpoint_or_a_key(settings, url, key, model, configured):
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.CHAT_MODEL = url, key, model
    assert chat_configured() is configured


def test_neither_prompts_nor_keys_reach_the_log(endpoint, caplog):
    with caplog.at_level(logging.INFO):
        complete(ASK)
    assert "13800138000" not in caplog.text
    assert endpoint.key not in caplog.text


@pytest.fixture
def second(endpoint, settings):
    """Another endpoint that is asked when the first fails."""
    with Endpoint() as other:
        other.reply = "由第二个模型回答。"
        settings.CHAT_FALLBACKS = [[other.url, other.key, other.chat_model]]
        yield other


def test_the_next_endpoint_is_asked_when_one_fails(endpoint, second):
    endpoint.failures = [400]
    assert complete(ASK).text == "由第二个模型回答。"
    assert (len(endpoint.requests), len(second.requests)) == (1, 1)


def test_an_endpoint_that_hangs_leaves_time_for_the_next(endpoint, second, settings):
    settings.CHAT_TIMEOUT_S, endpoint.delay_s = 1.0, 5
    began = time.monotonic()
    assert complete(ASK).text == "由第二个模型回答。"
    assert time.monotonic() - began < 1.0


def test_the_second_is_not_asked_without_need(endpoint, second):
    assert complete(ASK).text == "七天内可以退货。"
    assert second.requests == []


def test_when_all_fail_the_last_says_why(endpoint, second):
    endpoint.failures, second.failures = [400], [401]
    with pytest.raises(ChatUnavailable, match="401"):
        complete(ASK)


def test_a_fallback_alone_is_enough(settings):
    settings.OPENAI_BASE_URL = settings.OPENAI_API_KEY = settings.CHAT_MODEL = ""
    with Endpoint() as only:
        settings.CHAT_FALLBACKS = [[only.url, only.key, only.chat_model]]
        assert chat_configured()
        assert complete(ASK).model == "writer-1"


def test_another_model_is_for_the_first_endpoint_only(endpoint, second):
    endpoint.chat_model = "adapter-3"
    assert complete(ASK, model="adapter-3").model == "adapter-3"
    endpoint.failures = [400]
    assert complete(ASK, model="adapter-3").text == "由第二个模型回答。"


def test_the_text_is_told_as_it_grows(endpoint):
    told = []
    assert complete(ASK, on_text=told.append).text == "七天内可以退货。"
    assert told == ["七天内", "七天内可以退", "七天内可以退货。"]


@pytest.mark.parametrize("pieces", [0, 1, 3])
def test_half_a_stream_is_no_reply(endpoint, second, pieces):
    endpoint.breaks_after = pieces
    assert complete(ASK, on_text=lambda text: None).text == "由第二个模型回答。"


@pytest.mark.parametrize("garbage", [b"<html>busy</html>", b"{}", b"data: {broken\n\n", b""])
def test_garbage_in_place_of_a_stream_is_no_reply(endpoint, garbage):
    endpoint.garbage = garbage
    with pytest.raises(ChatUnavailable):
        complete(ASK, on_text=lambda text: None)


@pytest.mark.parametrize("on_text", [None, lambda text: None])
def test_a_line_that_is_kept_alive_without_an_answer_is_left_in_time(endpoint, second, settings, on_text):
    settings.CHAT_TIMEOUT_S, endpoint.drips_s = 1.0, 0.05
    began = time.monotonic()
    assert complete(ASK, on_text=on_text).text == "由第二个模型回答。"
    assert time.monotonic() - began < 1.0


SHAPES = [
    b'{"choices": "abc"}', b'{"choices": {"a": 1}}', b'{"choices": [{}]}', b'{"choices": [5]}', b'{"choices": [{"message": "hi"}]}',
    b'{"choices": [{"message": {"content": 123}}]}', b'{"choices": [{"message": {"content": [{"type": "text"}]}}]}', b"[]", b"5", b"\xff\xfe",
]  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("on_text", [None, lambda text: None])
def test_a_reply_of_another_shape_is_none_and_the_next_is_asked(endpoint, second, shape, on_text):
    endpoint.garbage = b"data: " + shape + b"\n\n" if on_text else shape
    assert complete(ASK, on_text=on_text).text == "由第二个模型回答。"


def test_calls_in_a_block_share_their_time(endpoint, settings):
    endpoint.delay_s = 5
    began = time.monotonic()
    with within(0.3):
        for _question in range(4):
            with pytest.raises(ChatUnavailable):
                complete(ASK)
    assert time.monotonic() - began < 1
    assert len(endpoint.requests) == 1


def test_what_no_database_stores_is_left_out_of_a_reply(endpoint):
    endpoint.reply = "七天\x00内\ud800可以\x1b退货。😀"
    assert complete(ASK).text == "七天内可以退货。😀"


@pytest.mark.parametrize("on_text", [None, lambda text: None])
def test_a_reply_without_end_is_none(endpoint, second, on_text):
    endpoint.garbage = None
    endpoint.reply = "七天内可以退货。" * 6_000
    assert complete(ASK, on_text=on_text).text == "由第二个模型回答。"


@pytest.fixture
def resolver(monkeypatch):
    """The far end of a name: the system's resolver, which never comes back for names that end in .slow."""
    over, real = threading.Event(), socket.getaddrinfo

    def look_up(host, *rest, **more):
        if str(host).endswith(".slow"):
            over.wait(20)
            raise socket.gaierror
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    yield
    over.set()


def test_a_name_that_no_resolver_answers_for_is_waited_for_in_time(endpoint, second, settings, resolver):
    settings.OPENAI_BASE_URL, settings.CHAT_TIMEOUT_S = "http://model.slow/v1", 1.0
    began = time.monotonic()
    assert complete(ASK).text == "由第二个模型回答。"
    assert time.monotonic() - began < 1.5
