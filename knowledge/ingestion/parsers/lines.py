"""Joining lines that a layout broke apart."""

import re
import unicodedata
from collections.abc import Sequence

from knowledge.ingestion.words import CJK

_WIDE_END = re.compile(rf"[{CJK}\u3000-\u303f\uff00-\uffef—…“”‘’]$")
_WIDE_START = re.compile(rf"^[{CJK}\u3000-\u303f\uff00-\uffef—…“”‘’]")
_HYPHEN = re.compile(r"[a-z]{2}-$")


def join_lines(first: str, second: str) -> str:
    """No space beside Chinese; a hyphen between small letters is taken out; one space otherwise."""
    if not first or not second:
        return first or second
    if _WIDE_END.search(first[-1:]) or _WIDE_START.match(second):
        return first + second
    if _HYPHEN.search(first[-3:]) and second[0].islower():
        return first[:-1] + second
    return f"{first.rstrip()} {second}"


def join_all(lines: Sequence[str]) -> str:
    """The lines of one paragraph, each joined to the one before it, in time proportional to their length."""
    parts = list(lines[:1])
    for line in filter(None, lines[1:]):
        joined = join_lines(parts[-1], line)
        parts[-1:] = [joined[: -len(line)], line]
    return "".join(parts)


def display_width(line: str) -> int:
    """Columns in a terminal: wide characters count two."""
    return len(line) + sum(unicodedata.east_asian_width(char) in "WF" for char in line)
