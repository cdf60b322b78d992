"""Where an answer may be kept and looked for: everything that decides it beside the question."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings

from conversations.bot import prompts, rewriting
from conversations.bot.wordings import number, wording
from conversations.choices import PromptKind
from conversations.models import ContentStamp
from knowledge.types import TERMS_VERSION, Scope
from scrm.ai.chat import chat_configured, endpoints
from scrm.ai.choices import Purpose, ReleaseState
from scrm.ai.models import ModelRelease
from scrm.ai.selectors import on_trial

REVISION = 1  # of the steps that find, write and check an answer: raise it when they answer otherwise
_allowed: ContextVar[bool | None] = ContextVar("answer cache allowed", default=None)

Stamps = tuple[tuple[int, int], ...]


@contextmanager
def caching(allowed: bool) -> Iterator[None]:
    """Within the block, and in this thread alone, answers are (not) taken from the cache and kept in it, whatever the settings say."""
    token = _allowed.set(allowed)
    try:
        yield
    finally:
        _allowed.reset(token)


def stamps_of(scope: Scope) -> Stamps | None:
    """(base, content stamp) of every base of the scope; None where nothing is cached: switched off, no bases, a scratch base."""
    allowed = _allowed.get()
    if not scope.base_ids or not (settings.ANSWER_CACHE if allowed is None else allowed):
        return None
    rows = ContentStamp.objects.filter(base__in=scope.base_ids)
    if allowed is None:
        rows = rows.filter(base__scratch=False)
    found = tuple(rows.order_by("base_id").values_list("base_id", "stamp"))
    return found if len(found) == len(set(scope.base_ids)) else None


def place_of(scope: Scope, stamps: Stamps) -> str:
    """SHA-256 of scope, content, releases, endpoints in their order and prompt. An answer never leaves its place."""
    said = {
        "stamps": stamps,
        "internal": scope.internal,
        "releases": _releases(),
        "writer": [[each.model, each.base_url] for each in endpoints()],
        "prompt": prompt_version() if chat_configured() else "",
        "second": settings.SECOND_OPINION,
        "rules": [REVISION, TERMS_VERSION],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


NO_PROMPT = ("", "extractive", "phrase")  # writers that no endpoint stands behind


def prompt_used(writers: Iterable[str]) -> str:
    """prompt_version where an endpoint wrote any of it, else ""."""
    return prompt_version() if any(writer not in NO_PROMPT for writer in writers) else ""


def prompt_version() -> str:
    """Versions of the wordings in force, and a hash that is another one whenever the endpoint would be asked in other words."""
    said = [
        wording(PromptKind.ANSWER, prompts.RULES), prompts.GUARD, prompts.TEMPLATE, wording(PromptKind.REWRITE, rewriting.RULES), rewriting.GUARD,
    ]  # fmt: skip
    digest = hashlib.sha256("\0".join(said).encode()).hexdigest()
    return f"answer {number(PromptKind.ANSWER)}, rewrite {number(PromptKind.REWRITE)}, {digest[:16]}"


def _releases() -> list:
    """What serves now, of every purpose but risk, which is judged anew whenever an answer is given; a candidate that is being tried in this
    thread has a place of its own.
    """
    active = (
        ModelRelease.objects.filter(state=ReleaseState.ACTIVE).exclude(purpose=Purpose.RISK).order_by("pk").values_list("pk", "settings")
    )
    tried = on_trial()
    return [[pk, json.dumps(weights, sort_keys=True)] for pk, weights in active] + [tried.pk if tried else None]
