"""What endpoints wrote and took while somebody counts: a trial shows it beside its answers."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass
class Usage:
    """Replies of endpoints, their tokens and milliseconds; an endpoint that does not say its tokens adds 0."""

    replies: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    ms: int = 0


_counting: ContextVar[Usage | None] = ContextVar("who counts replies", default=None)


@contextmanager
def counted() -> Iterator[Usage]:
    """Within the block, and in this thread alone, each reply of an endpoint adds to what is given here."""
    usage = Usage()
    token = _counting.set(usage)
    try:
        yield usage
    finally:
        _counting.reset(token)


def count(prompt_tokens: int, completion_tokens: int, ms: int) -> None:
    """One reply; no effect while nobody counts."""
    usage = _counting.get()
    if usage is not None:
        usage.replies += 1
        usage.prompt_tokens += prompt_tokens
        usage.completion_tokens += completion_tokens
        usage.ms += ms


def counting() -> bool:
    """Somebody counts in this thread."""
    return _counting.get() is not None
