"""Tokens of the endpoint's replies, counted for whoever asked for it and for nobody else."""

import pytest

from scrm.ai import chat
from scrm.ai.errors import ChatUnavailable
from scrm.ai.usage import Usage, counted
from tests.ai.endpoint import Endpoint

ASK = [{"role": "user", "content": "退货"}]


@pytest.fixture
def endpoint(settings):
    chat.breaker.cache_clear()
    with Endpoint() as endpoint:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.CHAT_MODEL = endpoint.url, endpoint.key, endpoint.chat_model
        yield endpoint


def test_each_reply_within_the_block_is_counted(endpoint):
    chat.complete(ASK)
    with counted() as usage:
        chat.complete(ASK)
        chat.complete(ASK)
    chat.complete(ASK)
    assert usage == Usage(replies=2, prompt_tokens=24, completion_tokens=14, ms=usage.ms)
    assert usage.ms > 0


def test_an_endpoint_that_fails_counts_nothing(endpoint):
    endpoint.failures = [400]
    with counted() as usage, pytest.raises(ChatUnavailable):
        chat.complete(ASK)
    assert usage == Usage()
