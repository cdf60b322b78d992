"""Which wording of a prompt is in force: the live version, else the built-in one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar

from conversations.choices import PromptKind, PromptState
from conversations.models import PromptVersion

BUILT_IN = 0  # the number of the wording that stands in the code
_Wordings = Mapping[str, tuple[int, str]]
_held: ContextVar[list[_Wordings] | None] = ContextVar("wordings held", default=None)  # empty until somebody asks for one


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
    held = _held.get()
    token = _held.set([] if held is None else held)
    try:
        yield
    finally:
        _held.reset(token)


@contextmanager
def worded(kind: PromptKind, version: int, text: str) -> Iterator[None]:
    """Within the block, and in this thread alone, this wording stands in place of the live one; version BUILT_IN: the built-in one."""
    others = {each: said for each, said in _read().items() if each != kind}
    token = _held.set([others | ({kind: (version, text)} if version != BUILT_IN else {})])
    try:
        yield
    finally:
        _held.reset(token)


def _live() -> _Wordings:
    held = _held.get()
    if held:
        return held[0]
    found = _read()
    if held is not None:
        held.append(found)
    return found


def _read() -> dict[str, tuple[int, str]]:
    rows = PromptVersion.objects.filter(state=PromptState.LIVE).values_list("kind", "number", "text")
    return {kind: (version, text) for kind, version, text in rows}
