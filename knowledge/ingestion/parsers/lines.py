"""Joining lines that a layout broke apart."""

import re
import unicodedata

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


def display_width(line: str) -> int:
    """Columns in a terminal: wide characters count two."""
    return len(line) + sum(unicodedata.east_asian_width(char) in "WF" for char in line)
