"""What a check of an endpoint finds, and what it says to do."""

import pytest
from django.utils import translation

from scrm.ai import chat
from scrm.ai.breaker import FAILURES
from scrm.ai.chat_check import endpoint_check


def checked(place: int = 1):
    with translation.override("en"):
        return endpoint_check(chat.endpoints()[place - 1])


def test_one_that_answers(endpoint):
    found = checked()
    assert (found.ok, found.text.startswith("writer-1 answered in")) == (True, True)
    assert "messages" in endpoint.requests[0]


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("OPENAI_API_KEY", "sk-wrong", "the key was refused (401). Check OPENAI_API_KEY"),
        ("CHAT_MODEL", "writer-2", "Check SCRM_CHAT_MODEL"),
        ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1", "cannot be reached. Check OPENAI_BASE_URL"),
    ],
)
def test_a_wrong_setting_is_named(endpoint, settings, setting, value, says):
    setattr(settings, setting, value)
    found = checked()
    assert not found.ok
    assert says in found.text


@pytest.mark.parametrize(("status", "says"), [(429, "limit or credit"), (500, "out of order"), (400, "names a model for chats")])
def test_a_refusal_says_what_to_do(endpoint, status, says):
    endpoint.failures = [status] * 9
    assert says in checked().text


@pytest.mark.parametrize("garbage", [b"<html>a shop</html>", b"{}"])
def test_another_server_than_a_chat_endpoint(endpoint, garbage):
    endpoint.garbage = garbage
    assert "usually end in /v1" in checked().text


def test_one_that_hangs(endpoint, settings):
    settings.CHAT_TIMEOUT_S, endpoint.delay_s = 0.3, 5
    assert "no answer within" in checked().text


def test_a_fallbacks_mistake_is_in_the_setting_of_fallbacks(endpoint, settings):
    settings.CHAT_FALLBACKS = [[endpoint.url, "sk-wrong", "other"]]
    assert "Check SCRM_CHAT_FALLBACKS" in checked(2).text


def test_one_that_answers_again_is_asked_by_everyone(endpoint):
    guard = chat.breaker(endpoint.url, endpoint.chat_model)
    for _time in range(FAILURES):
        guard.failed()
    assert guard.is_open()
    assert checked().ok
    assert not guard.is_open()
    assert chat.complete([{"role": "user", "content": "退货"}]).text
