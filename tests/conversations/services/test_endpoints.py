"""Endpoints that write: what the home page and the doctor say of them, and who is told when tokens are spent."""

import pytest
from django.urls import reverse
from django.utils import translation

from conversations.doctor import check_endpoints
from conversations.services.endpoints import budget_tell, endpoints_check, standings
from scrm.ai import chat
from scrm.ai.breaker import FAILURES
from scrm.audit.models import AuditEntry
from scrm.core.errors import NotAllowed
from scrm.dashboard.models import Notice
from tests.ai.endpoint import Endpoint
from tests.conversations.services.conftest import _colleague as person

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def endpoint(settings):
    with Endpoint() as server:
        settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY, settings.CHAT_MODEL = server.url, server.key, server.chat_model
        yield server


@pytest.fixture
def boss():
    return person("administrator")


def ask() -> str:
    return chat.complete([{"role": "user", "content": "退货"}]).text


def test_spent_tokens_are_told_once_to_who_looks_after_models(endpoint, settings, boss):
    person("agent")
    settings.CHAT_TOKENS_PER_DAY = [10]
    assert budget_tell() == 0
    ask()
    assert [one.is_spent for one in standings()] == [True]
    assert (budget_tell(), budget_tell()) == (1, 0)
    (notice,) = Notice.objects.all()
    assert notice.user == boss
    assert "writer-1" in notice.title


def test_who_spends_the_last_token_has_it_told(endpoint, settings, monkeypatch):
    sent = []
    monkeypatch.setattr("conversations.receivers.send", lambda name, **options: sent.append(name))
    settings.CHAT_TOKENS_PER_DAY = [30]
    ask()
    assert sent == []
    ask()
    assert sent == ["conversations.budget_tell"]


def test_the_doctor_asks_each_and_says_when_tokens_are_spent(endpoint, settings):
    settings.CHAT_TOKENS_PER_DAY, settings.CHAT_FALLBACKS = [10, 0], [[endpoint.url, "sk-wrong", "other"]]
    ask()
    with translation.override("en"):
        found = {finding.name: finding for finding in check_endpoints()}
    assert {name: finding.ok for name, finding in found.items()} == {
        "model endpoint 1": True, "model endpoint 1 tokens": False, "model endpoint 2": False,
    }  # fmt: skip
    assert "SCRM_CHAT_FALLBACKS" in found["model endpoint 2"].text


def test_without_one_the_doctor_says_what_answers(settings):
    settings.CHAT_MODEL, settings.CHAT_FALLBACKS = "", []
    assert [finding.ok for finding in check_endpoints()] == [True]


def test_the_card_shows_tokens_and_what_is_left_alone(endpoint, settings, boss, client):
    settings.CHAT_TOKENS_PER_DAY = [1000]
    ask()
    for _time in range(FAILURES):
        chat.breaker(endpoint.url, endpoint.chat_model).failed()
    client.force_login(boss)
    page = client.get(reverse("conversations:endpoints_panel"), headers={"accept-language": "en"})
    assert page.context["rows"][0][0].tokens == 19
    assert page.context["rows"][0][0].is_left_alone
    checked = client.post(reverse("conversations:endpoints_check"))
    assert checked.context["rows"][0][1].ok
    assert not checked.context["rows"][0][0].is_left_alone
    assert endpoint.key not in checked.content.decode()


def test_only_who_may_change_models_checks_them(endpoint):
    with pytest.raises(NotAllowed):
        endpoints_check(actor=person("agent"))
    assert endpoint.requests == []
    assert not AuditEntry.objects.filter(action="endpoint.check").exists()
