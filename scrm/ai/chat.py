"""Generation through any OpenAI-compatible endpoint. Prompts, answers and keys are never logged."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypedDict

from django.conf import settings
from django.utils.translation import gettext as _

from scrm.ai.breaker import Breaker
from scrm.ai.errors import ChatUnavailable

PAUSES_S = (0.3, 1.0)  # before the second and the third attempt, when the endpoint is busy or the line breaks
BUSY = {408, 409, 425, 429, 500, 502, 503, 504}


class Message(TypedDict):
    role: str
    content: str


@dataclass(frozen=True)
class ChatReply:
    """`text` is stripped. Token counts are the endpoint's, 0 where it gives none; `ms`: whole call, retries included."""

    text: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    ms: int


def chat_configured() -> bool:
    """A model is named, and an endpoint or a key; local endpoints need no key."""
    return bool(settings.CHAT_MODEL and (settings.OPENAI_BASE_URL or settings.OPENAI_API_KEY))


def complete(messages: Sequence[Message], *, max_tokens: int = 800, temperature: float = 0, timeout: float | None = None) -> ChatReply:
    """The model's reply. `timeout`: seconds for all attempts together, default SCRM_CHAT_TIMEOUT.

    Raises ChatUnavailable when no endpoint is configured, it does not answer, refuses, or answers with nothing; the
    caller then answers without it.
    """
    if not chat_configured():
        raise ChatUnavailable(_("No language model is configured. Set OPENAI_BASE_URL or OPENAI_API_KEY, and SCRM_CHAT_MODEL."))
    guard = breaker(settings.OPENAI_BASE_URL, settings.CHAT_MODEL)
    if not guard.lets_pass():
        raise ChatUnavailable(_("The language model has failed several times and is left alone for a moment."))
    started = time.perf_counter()
    request = {"model": settings.CHAT_MODEL, "messages": list(messages), "max_tokens": max_tokens, "temperature": temperature}
    try:
        answer = _asked(request, time.monotonic() + (timeout or settings.CHAT_TIMEOUT_S))
        found = reply(answer, started)
    except ChatUnavailable:
        guard.failed()
        raise
    guard.succeeded()
    return found


def _asked(request: dict, deadline: float):
    """The endpoint's answer; asked again while it is busy and there is time. Raises ChatUnavailable."""
    import openai

    endpoint = client(settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY)
    for pause in (*PAUSES_S, None):
        try:
            return endpoint.chat.completions.create(**request, timeout=max(0.1, deadline - time.monotonic()))
        except openai.APITimeoutError as error:
            raise ChatUnavailable(_("The language model did not answer in time.")) from error
        except openai.APIStatusError as error:
            if pause is None or error.status_code not in BUSY or time.monotonic() + pause >= deadline:
                raise ChatUnavailable(refusal(error.status_code)) from error
        except openai.APIConnectionError as error:
            if pause is None or time.monotonic() + pause >= deadline:
                raise ChatUnavailable from error
        except (openai.OpenAIError, ValueError) as error:  # ValueError: what came is no JSON
            raise ChatUnavailable from error
        time.sleep(pause)
    raise ChatUnavailable


@lru_cache(maxsize=16)
def breaker(base_url: str, model: str) -> Breaker:
    return Breaker()


@lru_cache(maxsize=4)
def client(base_url: str, api_key: str):
    """One client, and so one pool of connections, a process and endpoint."""
    from openai import OpenAI

    return OpenAI(base_url=base_url or None, api_key=api_key or "none", max_retries=0)


def reply(answer, started: float) -> ChatReply:
    """Raises ChatUnavailable when there is no text in it, whatever it is instead."""
    choices = getattr(answer, "choices", None)
    text = (choices[0].message.content or "").strip() if choices and choices[0].message else ""
    if not text:
        raise ChatUnavailable(_("The language model answered with nothing."))
    usage = answer.usage
    return ChatReply(
        text=text,
        model=answer.model or settings.CHAT_MODEL,
        prompt_tokens=usage.prompt_tokens if usage else 0,
        completion_tokens=usage.completion_tokens if usage else 0,
        ms=round((time.perf_counter() - started) * 1000),
    )


def refusal(status: int) -> str:
    """What a status means to the person who set the endpoint up. The endpoint's own text may repeat the prompt."""
    if status in (401, 403):
        return _("The language model refused the key (%(status)d). Check OPENAI_API_KEY.") % {"status": status}
    if status == 404:
        return _("The language model is unknown to its endpoint (404). Check SCRM_CHAT_MODEL and OPENAI_BASE_URL.")
    if status == 429:
        return _("The language model refuses more requests for now (429): its limit or credit is used up.")
    return _("The language model failed (%(status)d).") % {"status": status}
