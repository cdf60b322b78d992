"""Ask an endpoint one short question, and say in plain words what fails: address, key, model, time, or what it answers with."""

import time
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from scrm.ai import chat
from scrm.ai.chat import Endpoint
from scrm.ai.errors import ChatUnavailable

QUESTION = "只回答一个字：好"
MOST_S = 10.0
MAX_TOKENS = 300  # some think before they answer


@dataclass(frozen=True)
class Checked:
    """`text`: what was found and, when not `ok`, what to do. `ms`: of the whole call."""

    endpoint: Endpoint
    ok: bool
    text: str
    ms: int


def endpoint_check(endpoint: Endpoint) -> Checked:
    """Ask now, even one that is left alone after failures or has spent its tokens; one that answers is asked again by everyone at once."""
    seconds = min(settings.CHAT_TIMEOUT_S, MOST_S)
    started = time.perf_counter()
    try:
        reply = chat.tried(endpoint, [{"role": "user", "content": QUESTION}], max_tokens=MAX_TOKENS, timeout=seconds)
    except ChatUnavailable as error:
        return Checked(endpoint, False, _cause(error, endpoint, seconds), round((time.perf_counter() - started) * 1000))
    facts = {"model": reply.model, "ms": reply.ms}
    return Checked(endpoint, True, _("%(model)s answered in %(ms)d ms") % facts, reply.ms)


def _cause(error: ChatUnavailable, endpoint: Endpoint, seconds: float) -> str:
    import httpx2  # what openai is built on
    import openai

    address, key, model = _settings_of(endpoint)
    cause = error.__cause__
    if isinstance(cause, (openai.APITimeoutError, httpx2.TimeoutException)):
        return _("no answer within %(seconds)d s. Try a smaller model or another endpoint, or raise SCRM_CHAT_TIMEOUT.") % {
            "seconds": seconds
        }
    if isinstance(cause, openai.APIStatusError):
        return _refused(cause.status_code, address, key, model)
    if isinstance(cause, (openai.APIConnectionError, httpx2.RequestError)):
        return _(
            "the address cannot be reached. Check %(address)s, that the server runs, and this machine's way out (proxy, firewall)."
        ) % {"address": address}
    return _("what answers there is no chat endpoint. Check %(address)s; such addresses usually end in /v1.") % {"address": address}


def _refused(status: int, address: str, key: str, model: str) -> str:
    facts = {"status": status, "address": address, "key": key, "model": model}
    if status in (401, 403):
        return _("the key was refused (%(status)d). Check %(key)s.") % facts
    if status == 404:
        return _("the model or the path is unknown there (404). Check %(model)s, and %(address)s, which usually ends in /v1.") % facts
    if status == 429:
        return _("it takes no more requests for now (429): its limit or credit is used up. Wait, or top it up.")
    if status in chat.BUSY:
        return _("it is out of order for now (%(status)d). Try again later, or ask who runs it.") % facts
    return _("it refused the question (%(status)d). Check that %(model)s names a model for chats.") % facts


def _settings_of(endpoint: Endpoint) -> tuple[str, str, str]:
    """Where address, key and model are set."""
    if (endpoint.base_url, endpoint.model) == (settings.OPENAI_BASE_URL, settings.CHAT_MODEL):
        return "OPENAI_BASE_URL", "OPENAI_API_KEY", "SCRM_CHAT_MODEL"
    return ("SCRM_CHAT_FALLBACKS",) * 3
