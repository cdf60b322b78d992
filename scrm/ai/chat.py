"""Generation through OpenAI-compatible endpoints, one after the other. Prompts, answers and keys are never logged."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field, replace
from functools import lru_cache
from typing import TypedDict
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from scrm.ai import budget, chat_wire, usage
from scrm.ai.breaker import Breaker
from scrm.ai.errors import ChatBudgetSpent, ChatUnavailable

PAUSES_S = (0.3, 1.0)  # before the second and the third attempt, when the endpoint is busy or the line breaks
BUSY = {408, 409, 425, 429, 500, 502, 503, 504}
SHARE = 0.6  # of the time that is left, for an endpoint that has others behind it
CONNECT_S = 2.0
OPENAI = "https://api.openai.com/v1"  # where the client asks when no address is set
NO_SUCH_OPTION = {400, 422}
UNPACKED = {"Accept-Encoding": "identity"}  # a few kilobytes may unfold to gigabytes
_until: ContextVar[float] = ContextVar("when no endpoint may be waited for any more, by time.monotonic()", default=float("inf"))

_that_refuse_to_count: set[str] = set()  # addresses of endpoints, as long as this process lives

log = logging.getLogger(__name__)


class Message(TypedDict):
    role: str
    content: str


@dataclass(frozen=True)
class ChatReply:
    """`text` is stripped. Token counts are the endpoint's, 0 where it gives none; `ms`: whole call, retries included.

    `endpoint`: the name of the one that answered; `place`: its place in the order they are asked, from 1.
    """

    text: str
    model: str
    prompt_tokens: int
    completion_tokens: int
    ms: int
    endpoint: str = ""
    place: int = 1


@dataclass(frozen=True)
class Endpoint:
    """Where to ask, for which model. `budget`: tokens a day, 0 for any; `place`: in the order they are asked, from 1."""

    base_url: str
    model: str
    key: str = field(default="", repr=False)
    budget: int = 0
    place: int = 1

    @property
    def name(self) -> str:
        """Host and port, for people: an address may hold a key."""
        parts = urlsplit(self.base_url or OPENAI)
        return parts.netloc.rpartition("@")[2] or parts.path[:60]

    @property
    def is_spent(self) -> bool:
        """Its tokens of today are used up; costs nothing without a budget."""
        return self.budget > 0 and budget.tokens_today(self.base_url, self.model) >= self.budget


def chat_configured() -> bool:
    """A model is named, and an endpoint or a key; local endpoints need no key."""
    return bool(endpoints())


def endpoints() -> list[Endpoint]:
    """In the order they are asked: OPENAI_BASE_URL with SCRM_CHAT_MODEL, then SCRM_CHAT_FALLBACKS."""
    first = Endpoint(settings.OPENAI_BASE_URL, settings.CHAT_MODEL, settings.OPENAI_API_KEY)
    named = [first] if first.model and (first.base_url or first.key) else []
    known = named + [Endpoint(url, model, "" if key == "-" else key) for url, key, model in settings.CHAT_FALLBACKS]
    limits = settings.CHAT_TOKENS_PER_DAY or [0]
    return [replace(each, place=place, budget=limits[min(place, len(limits)) - 1]) for place, each in enumerate(known, 1)]


@contextmanager
def within(seconds: float) -> Iterator[None]:
    """All calls of this thread in the block together wait no longer than this: many questions, one customer who waits."""
    token = _until.set(min(_until.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _until.reset(token)


def complete(
    messages: Sequence[Message],
    *,
    max_tokens: int = 800,
    temperature: float = 0,
    timeout: float | None = None,
    model: str = "",
    on_text: Callable[[str], None] | None = None,
) -> ChatReply:
    """The reply of the first endpoint that gives one. Half a reply is none: the next endpoint begins anew.

    timeout: seconds for all attempts at all endpoints together, default SCRM_CHAT_TIMEOUT. model: another one than the first endpoint's
    usual (a fine-tuned adapter). on_text: called with the text so far as it is written. Raises ChatUnavailable when no endpoint is
    configured, or each does not answer, refuses, or answers with nothing; the caller then answers without them.
    """
    known = endpoints()
    if not known:
        raise ChatUnavailable(_("No language model is configured. Set OPENAI_BASE_URL or OPENAI_API_KEY, and SCRM_CHAT_MODEL."))
    deadline = min(time.monotonic() + (timeout or settings.CHAT_TIMEOUT_S), _until.get())
    if deadline <= time.monotonic():
        raise ChatUnavailable(_("The language model did not answer in time."))
    request = {"messages": list(messages), "max_tokens": max_tokens, "temperature": temperature}
    for endpoint in known:
        last = endpoint.place == len(known)
        left = deadline - time.monotonic()
        chosen = model if model and endpoint.place == 1 else endpoint.model
        try:
            return _guarded(endpoint, request | {"model": chosen}, deadline if last else time.monotonic() + left * SHARE, on_text)
        except ChatUnavailable as error:
            if last:
                raise
            log.warning("chat endpoint %d of %d unavailable (%s), asking the next", endpoint.place, len(known), error.code)
    raise ChatUnavailable


def tried(endpoint: Endpoint, messages: Sequence[Message], *, max_tokens: int, timeout: float) -> ChatReply:
    """This endpoint's reply, whatever is known of it; one that answers is asked again by everyone. Raises ChatUnavailable, caused by what failed.

    timeout: seconds for all attempts together.
    """
    request = {"messages": list(messages), "max_tokens": max_tokens, "temperature": 0, "model": endpoint.model}
    reply = _answered(endpoint, request, time.monotonic() + timeout, None)
    breaker(endpoint.base_url, endpoint.model).close()
    return reply


def _guarded(endpoint: Endpoint, request: dict, deadline: float, on_text: Callable[[str], None] | None) -> ChatReply:
    if endpoint.is_spent:
        raise ChatBudgetSpent
    alone = ChatUnavailable(_("The language model has failed several times and is left alone for a moment."))
    with breaker(endpoint.base_url, endpoint.model).guarding(alone):
        return _answered(endpoint, request, deadline, on_text)


def _answered(endpoint: Endpoint, request: dict, deadline: float, on_text: Callable[[str], None] | None) -> ChatReply:
    started = time.perf_counter()
    written = _asked(endpoint, request, deadline, on_text)
    _spend(endpoint, request, written)
    facts = asdict(written) | {"model": written.model or request["model"], "endpoint": endpoint.name, "place": endpoint.place}
    ms = round((time.perf_counter() - started) * 1000)
    usage.count(written.prompt_tokens, written.completion_tokens, ms)
    return ChatReply(**facts, ms=ms)


def _spend(endpoint: Endpoint, request: dict, written: chat_wire.Written) -> None:
    """Off the budget, where there is one; an endpoint that does not count its tokens has them estimated."""
    if not endpoint.budget:
        return
    said = [message["content"] for message in request["messages"]]
    asked, answered = written.prompt_tokens or budget.estimated(said), written.completion_tokens or budget.estimated([written.text])
    budget.tokens_spend(endpoint.base_url, endpoint.model, asked + answered, endpoint.budget)


def _asked(endpoint: Endpoint, request: dict, deadline: float, on_text: Callable[[str], None] | None) -> chat_wire.Written:
    """What the endpoint wrote; asked again while it is busy and there is time. Raises ChatUnavailable."""
    import httpx2  # what openai is built on
    import openai

    for pause in (*PAUSES_S, None):
        wait = pause
        try:
            return _once(endpoint, request, deadline, on_text)
        except (openai.APITimeoutError, httpx2.TimeoutException) as error:
            raise ChatUnavailable(_("The language model did not answer in time.")) from error
        except openai.APIStatusError as error:
            wait = None if pause is None else max(pause, _asked_to_wait(error))
            if wait is None or error.status_code not in BUSY or time.monotonic() + wait >= deadline:
                raise ChatUnavailable(refusal(error.status_code)) from error
        except (openai.APIConnectionError, httpx2.RequestError) as error:
            if pause is None or time.monotonic() + pause >= deadline:
                raise ChatUnavailable from error
        except (openai.OpenAIError, ValueError) as error:  # ValueError: what came is no JSON
            raise ChatUnavailable from error
        time.sleep(wait)
    raise ChatUnavailable


def _once(endpoint: Endpoint, request: dict, deadline: float, on_text: Callable[[str], None] | None) -> chat_wire.Written:
    """A stream counts its tokens when it is asked to, which some endpoints refuse: those are asked without, then and later."""
    import openai

    if on_text is None:
        return _sent(endpoint, request, deadline, None)
    streaming, wanted = request | {"stream": True}, endpoint.budget > 0 or usage.counting()
    if not wanted or endpoint.base_url in _that_refuse_to_count:
        return _sent(endpoint, streaming, deadline, on_text)
    try:
        return _sent(endpoint, streaming | {"stream_options": {"include_usage": True}}, deadline, on_text)
    except openai.APIStatusError as error:
        if error.status_code not in NO_SUCH_OPTION or time.monotonic() >= deadline:
            raise
        written = _sent(endpoint, streaming, deadline, on_text)
        _that_refuse_to_count.add(endpoint.base_url)
        return written


def _sent(endpoint: Endpoint, request: dict, deadline: float, on_text: Callable[[str], None] | None) -> chat_wire.Written:
    import httpx2  # what openai is built on

    from scrm.ai import chat_line

    left = max(0.1, deadline - time.monotonic())
    options = {"timeout": httpx2.Timeout(left, connect=min(CONNECT_S, left)), "extra_headers": UNPACKED}
    server = client(endpoint.base_url, endpoint.key).chat.completions.with_streaming_response
    with (
        chat_line.limited(until=time.monotonic() + left, most_bytes=chat_wire.MOST_BYTES),
        server.create(**request, **options) as answer,
    ):
        pieces = answer.http_response.iter_raw()
        return chat_wire.whole(pieces) if on_text is None else chat_wire.streamed(pieces, on_text)


def _asked_to_wait(error) -> float:
    """Seconds of Retry-After, when it is a number."""
    try:
        return float(error.response.headers.get("retry-after", 0))
    except ValueError:
        return 0.0


@lru_cache(maxsize=16)
def breaker(base_url: str, model: str) -> Breaker:
    return Breaker("chat", base_url, model)


@lru_cache(maxsize=8)
def client(base_url: str, api_key: str):
    """One client, and so one pool of connections, a process and endpoint."""
    from openai import DefaultHttpxClient, OpenAI

    from scrm.ai import chat_line

    http = chat_line.watched(DefaultHttpxClient())
    return OpenAI(base_url=base_url or None, api_key=api_key or "none", max_retries=0, http_client=http)


def refusal(status: int) -> str:
    """What a status means to the person who set the endpoint up. The endpoint's own text may repeat the prompt."""
    if status in (401, 403):
        return _("The language model refused the key (%(status)d). Check OPENAI_API_KEY.") % {"status": status}
    if status == 404:
        return _("The language model is unknown to its endpoint (404). Check SCRM_CHAT_MODEL and OPENAI_BASE_URL.")
    if status == 429:
        return _("The language model refuses more requests for now (429): its limit or credit is used up.")
    return _("The language model failed (%(status)d).") % {"status": status}
