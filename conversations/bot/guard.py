"""Words that give the machine orders instead of asking or telling something: prompt injection.

Rules, precise before complete: a customer who is taken for an attacker gets a plainer answer, an attacker who is not recognised meets the
fence (fences), the check of every sentence, and a bot that knows no secrets. Measured by `manage.py evaluate injections`.
"""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from conversations.bot.guard_rules import BARE_OVERRIDE, BY_KIND, FORGED, HINTS, IN_DOCUMENTS, MARKUP, OVERRIDE

DOCUMENT = "document"  # the orders stand in a passage
LONGEST = 4_000  # characters of a message that are read

INVISIBLE = re.compile(
    r"[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\U000e0000-\U000e0fff]"
)
_HIDES = re.compile(INVISIBLE.pattern[:-1] + r"\uff21-\uff5a]")  # and letters of full width
_SPACED = re.compile(r"(?<=[\u3400-\u9fff])[\s·.*_|~\-]{1,3}(?=[\u3400-\u9fff])")
_HAN_RUN_SPACED = re.compile(r"(?:[\u3400-\u9fff][\s·.*_|~\-]{1,3}){3,}[\u3400-\u9fff]")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})")
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/])[A-Za-z0-9+/]{16,}={0,2}")
_HEX = re.compile(r"(?<![0-9a-fA-F])(?:[0-9a-fA-F]{2}){6,}(?![0-9a-fA-F])")


def alarms(text: str) -> tuple[str, ...]:
    """The kinds of orders that a customer's message holds, however they are disguised; () for an ordinary one."""
    return _alarms(text[:LONGEST])


@lru_cache(maxsize=256)
def _alarms(text: str) -> tuple[str, ...]:
    found = dict.fromkeys(kind for reading in _readings(text) for kind, pattern in BY_KIND.items() if pattern.search(reading))
    if OVERRIDE not in found and any(BARE_OVERRIDE.search(reading) for reading in _disguised(text)):
        found[OVERRIDE] = None
    return tuple(found)


def gives_orders(text: str) -> bool:
    """Whether a stretch of a document speaks to the machine that reads it."""
    plain = readable(text)
    if any(BY_KIND[kind].search(plain) for kind in IN_DOCUMENTS if kind != FORGED):
        return True
    forged = any(not MARKUP.match(match[0]) for match in BY_KIND[FORGED].finditer(plain))
    return forged or bool(INVISIBLE.search(text) and BARE_OVERRIDE.search(plain))


def is_tainted(text: str) -> bool:
    """Whether any line of a passage gives orders."""
    return bool(tainted_lines(text))


@lru_cache(maxsize=512)
def tainted_lines(text: str) -> tuple[tuple[int, int], ...]:
    """(from, to) of the lines that give orders. What else stands in such a line belongs to it: who writes one may write the other."""
    found, at = [], 0
    for line in text.splitlines(keepends=True):
        if (HINTS.search(line) or _HIDES.search(line)) and gives_orders(line):
            found.append((at, at + len(line)))
        at += len(line)
    return tuple(found)


def cleaned(text: str) -> str:
    """The text without the lines that give orders."""
    spans = tainted_lines(text)
    if not spans:
        return text
    kept, at = [], 0
    for start, end in spans:
        kept.append(text[at:start])
        at = end
    return "".join([*kept, text[at:]]).strip()


def readable(text: str) -> str:
    """Lower case, half width, entities and escapes undone, nothing invisible, one blank where there were several."""
    shown = INVISIBLE.sub("", unicodedata.normalize("NFKC", _unescaped(text)))
    return re.sub(r"[ \t\u3000]+", " ", shown).lower()


def _readings(text: str) -> Iterator[str]:
    plain = readable(text)
    yield plain
    if _HAN_RUN_SPACED.search(plain) or _SPACED.search(plain):
        yield _SPACED.sub("", plain)
    yield from _decoded(text)
    yield plain[::-1]


def _disguised(text: str) -> Iterator[str]:
    """Readings of what somebody took pains to hide: there less is enough."""
    plain = readable(text)
    if INVISIBLE.search(text) or _HAN_RUN_SPACED.search(plain):
        yield _SPACED.sub("", plain)
    if _unescaped(text) != text:
        yield plain
    yield from _decoded(text)
    if not BARE_OVERRIDE.search(plain):
        yield plain[::-1]


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: chr(int(match[1], 16)), html.unescape(text))


def _decoded(text: str) -> Iterator[str]:
    """What long runs of base64 or hexadecimal digits say, where they say anything."""
    for pattern, decode in ((_HEX, _from_hex), (_BASE64, _from_base64)):
        for match in pattern.finditer(text):
            if said := decode(match[0]):
                yield readable(said)


def _from_hex(digits: str) -> str:
    raw = bytes.fromhex(digits)
    for encoding in ("utf-8", "utf-16-be"):
        try:
            said = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if _is_words(said):
            return said
    return ""


def _from_base64(digits: str) -> str:
    try:
        said = base64.b64decode(digits + "=" * (-len(digits) % 4)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return said if _is_words(said) else ""


def _is_words(text: str) -> bool:
    return len(text) > 3 and sum(char.isalpha() or char in " ,.，。！？!?" for char in text) > 0.8 * len(text)
