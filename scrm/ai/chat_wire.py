"""What a chat endpoint sends, tamed: it may drip, lie about its type, or be of any shape. Only text, a model's name and counts get in."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from scrm.ai.errors import ChatUnavailable

MOST_BYTES = 4_000_000  # of one reply with all that is around its text
LONGEST_NAME = 100
MOST_TOKENS = 100_000_000  # counts beyond that are none
MOST_CHARACTERS = 40_000  # the longest answers are some thousand
# What no database stores and no page shows: controls but tab and line end, halves of characters.
_UNSAYABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Written:
    """`text` is stripped and never empty. Counts are 0 where the endpoint gives none."""

    text: str
    model: str = ""
    prompt_tokens: int = 0
    completion_tokens: int = 0


def whole(pieces: Iterable[bytes]) -> Written:
    """One JSON document. Raises ChatUnavailable when there is no text in it, whatever it is instead."""
    answer = _read(b"".join(pieces))
    return _written(_text(_part(_choice(answer), "message"), "content"), answer, answer)


def streamed(pieces: Iterable[bytes], on_text: Callable[[str], None]) -> Written:
    """Server-sent events; `on_text` is told the text so far. Without a finish reason half is missing: ChatUnavailable."""
    text, finished, usage, named = "", "", {}, {}
    for event in _events(pieces):
        choice = _choice(event)
        finished = _text(choice, "finish_reason") or finished
        named = event if _text(event, "model") else named
        usage = event if _part(event, "usage") else usage
        if more := _text(_part(choice, "delta"), "content"):
            text += more
            on_text(_ended(text))
    return _written(text if finished else "", usage, named)


def _events(pieces: Iterable[bytes]) -> Iterator[dict]:
    rest = b""
    for piece in pieces:
        *lines, rest = (rest + piece).split(b"\n")
        for line in lines:
            data = line.strip().removeprefix(b"data:").strip() if line.startswith(b"data:") else b""
            if data and data != b"[DONE]":
                yield _read(data)


def _read(raw: bytes) -> dict:
    try:
        found = json.loads(raw)
    except (ValueError, RecursionError) as error:  # ValueError: neither JSON nor UTF-8; the other: brackets without end
        raise ChatUnavailable from error
    return found if isinstance(found, dict) else {}


def _choice(answer: dict) -> dict:
    choices = answer.get("choices")
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _part(value: dict, name: str) -> dict:
    part: Any = value.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: dict, name: str) -> str:
    text: Any = value.get(name)
    return _UNSAYABLE.sub("", text) if isinstance(text, str) else ""


def _count(value: dict, name: str) -> int:
    count: Any = value.get(name)
    return count if isinstance(count, int) and 0 < count < MOST_TOKENS else 0


def _written(text: str, counted: dict, named: dict) -> Written:
    if not text.strip():
        raise ChatUnavailable(_("The language model answered with nothing."))
    usage = _part(counted, "usage")
    name = _text(named, "model")[:LONGEST_NAME]
    return Written(_ended(text).strip(), name, _count(usage, "prompt_tokens"), _count(usage, "completion_tokens"))


def _ended(text: str) -> str:
    if len(text) > MOST_CHARACTERS:
        raise ChatUnavailable(_("The language model does not come to an end."))
    return text
