"""A text with what is personal in it, read before any transaction: the vault only numbers it."""

from collections.abc import Iterable
from dataclasses import dataclass

from scrm.privacy.patterns import find
from scrm.privacy.types import PLACEHOLDER, SURE, Finding, Kind

# A customer who types what looks like our placeholder does not speak of a value: it is stored in brackets that mean nothing to us.
_HARMLESS = str.maketrans("<>", "＜＞")


@dataclass(frozen=True, slots=True)
class Read:
    """`findings` in order, without overlaps."""

    text: str
    findings: tuple[Finding, ...] = ()


def read(text: str, *, public: str = "") -> Read:
    """Values that stand in `public` too (the published words an answer was made of) are no secret."""
    return Read(text, tuple(each for each in find(text) if not public or text[each.start : each.end] not in public))


def read_foreign(text: str, named: Iterable[tuple[Kind, str]] = ()) -> Read:
    """A text from outside. `named`: parts of it that are personal whatever they look like, because their field says so."""
    text = PLACEHOLDER.sub(lambda match: match[0].translate(_HARMLESS), text)
    known = [finding for kind, value in named if (finding := _named(kind, value, text))]
    free = [each for each in find(text) if all(each.end <= one.start or each.start >= one.end for one in known)]
    return Read(text, tuple(sorted([*known, *free], key=lambda each: each.start)))


def _named(kind: Kind, value: str, text: str) -> Finding | None:
    start = text.find(value) if value.strip() else -1
    return None if start < 0 else Finding(kind, start, start + len(value), value.strip(), SURE)
