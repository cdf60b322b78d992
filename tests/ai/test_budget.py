"""Tokens of the day: counted for all processes, and what happens when they are spent."""

from datetime import timedelta

import pytest
from django.utils import timezone

from scrm.ai import budget, chat, together
from scrm.ai.chat import complete, endpoints
from scrm.ai.errors import ChatBudgetSpent
from scrm.ai.signals import budget_spent
from tests.ai.endpoint import Endpoint

ASK = [{"role": "user", "content": "退货需要几天？"}]
ONE = 19  # tokens of the endpoint's reply


@pytest.fixture
def limited(endpoint, settings, services) -> Endpoint:
    settings.CHAT_TOKENS_PER_DAY = [100]
    return endpoint


@pytest.fixture
def announced():
    heard = []
    receiver = lambda **kwargs: heard.append(1)  # noqa: E731
    budget_spent.connect(receiver)
    yield heard
    budget_spent.disconnect(receiver)


def taken(endpoint: Endpoint) -> int:
    return budget.tokens_today(endpoint.url, endpoint.chat_model)


@pytest.mark.parametrize("on_text", [None, lambda text: None])
def test_the_endpoint_says_how_many_tokens_it_took(limited, on_text):
    complete(ASK, on_text=on_text)
    complete(ASK, on_text=on_text)
    assert taken(limited) == 2 * ONE


def test_one_that_refuses_to_count_a_stream_is_asked_without_and_estimated(limited):
    limited.counts_streams = False
    told = []
    assert complete(ASK, on_text=told.append).text == limited.reply
    assert told[-1] == limited.reply
    assert taken(limited) == budget.estimated([ASK[0]["content"]]) + budget.estimated([limited.reply])
    complete(ASK, on_text=told.append)
    assert ["stream_options" in request for request in limited.requests] == [True, False, False]


def test_another_refusal_is_not_taken_for_that(limited):
    limited.failures = [400, 400]
    with pytest.raises(chat.ChatUnavailable):
        complete(ASK, on_text=lambda text: None)
    complete(ASK, on_text=lambda text: None)
    assert "stream_options" in limited.requests[-1]


def test_one_that_says_nothing_of_tokens_is_estimated(limited):
    limited.silent = True
    complete(ASK)
    assert taken(limited) > 0


def test_when_they_are_spent_nobody_is_asked_and_it_is_told_once(limited, settings, announced):
    settings.CHAT_TOKENS_PER_DAY = [2 * ONE]
    complete(ASK)
    assert announced == []
    complete(ASK)
    for _time in range(2):
        with pytest.raises(ChatBudgetSpent):
            complete(ASK)
    assert len(limited.requests) == 2
    assert announced == [1]


def test_the_next_endpoint_has_its_own(limited, settings):
    with Endpoint() as second:
        settings.CHAT_FALLBACKS = [[second.url, second.key, second.chat_model]]
        settings.CHAT_TOKENS_PER_DAY = [1, 0]
        answered = [complete(ASK).endpoint for _time in range(3)]
        assert answered == [endpoints()[0].name, endpoints()[1].name, endpoints()[1].name]
        assert taken(second) == 0


def test_another_day_begins_with_none(limited, settings, monkeypatch):
    settings.CHAT_TOKENS_PER_DAY = [1]
    complete(ASK)
    tomorrow = timezone.localdate() + timedelta(days=1)
    monkeypatch.setattr(timezone, "localdate", lambda: tomorrow)
    assert complete(ASK).text


def test_without_redis_a_process_counts_its_own(limited, settings, monkeypatch):
    settings.CHAT_TOKENS_PER_DAY = [2 * ONE]
    settings.REDIS_URL = "unix:///nowhere.sock"
    monkeypatch.setattr(together, "_away_until", 0.0)
    complete(ASK)
    complete(ASK)
    with pytest.raises(ChatBudgetSpent):
        complete(ASK)
    together._away_until = 0.0


def test_without_a_budget_nothing_is_counted(endpoint, services):
    complete(ASK, on_text=lambda text: None)
    assert taken(endpoint) == 0
    assert "stream_options" not in endpoint.requests[0]


def test_an_endpoints_name_keeps_its_key_to_itself(settings):
    settings.OPENAI_BASE_URL, settings.CHAT_MODEL = "https://user:secret@model.example:8443/v1?k=1", "m"
    assert endpoints()[0].name == "model.example:8443"
