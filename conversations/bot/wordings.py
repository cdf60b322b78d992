"""Which wording of a prompt is in force: the live version, else the built-in one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from conversations.choices import PromptKind, PromptState
from conversations.models import PromptVersion

BUILT_IN = 0  # the number of the wording that stands in the code
_held: ContextVar[Mapping[str, tuple[int, str]] | None] = ContextVar("wordings held", default=None)
_asked: ContextVar[dict | None] = ContextVar("wordings asked for", default=None)


def wording(kind: PromptKind, built_in: str) -> str:
    """What people wrote and put in force, else `built_in`."""
    return _live().get(kind, (BUILT_IN, built_in))[1]


def number(kind: PromptKind) -> int:
    return _live().get(kind, (BUILT_IN, ""))[0]


@contextmanager
def wordings_held() -> Iterator[None]:
    """Within the block, and in this thread alone, the wordings stay those of the first question for them: one turn, one prompt, one query.

    A block within a block belongs to the outer one.
    """
    token = _asked.set(_asked.get() if _asked.get() is not None else {})
    try:
        yield
    finally:
        _asked.reset(token)


@contextmanager
def worded(kind: PromptKind, version: int, text: str) -> Iterator[None]:
    """Within the block, and in this thread alone, this wording stands in place of the live one; version BUILT_IN: the built-in one."""
    others = {each: said for each, said in _read().items() if each != kind}
    token = _held.set(others | ({kind: (version, text)} if version != BUILT_IN else {}))
    try:
        yield
    finally:
        _held.reset(token)


def _live() -> Mapping[str, tuple[int, str]]:
    held, asked = _held.get(), _asked.get()
    if held is not None:
        return held
    if asked is None:
        return _read()
    if "live" not in asked:
        asked["live"] = _read()
    return asked["live"]


def _read() -> dict[str, tuple[int, str]]:
    rows = PromptVersion.objects.filter(state=PromptState.LIVE).values_list("kind", "number", "text")
    return {kind: (version, text) for kind, version, text in rows}
