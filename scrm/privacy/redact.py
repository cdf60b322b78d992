"""Reversible masking: personal data becomes <手机号_1>, <身份证_1>, <银行卡_1>, <邮箱_1> before any model sees the text."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from scrm.privacy.patterns import Kind, find
from scrm.privacy.types import PLACEHOLDER

__all__ = ["PLACEHOLDER", "Redacted", "redact", "restore"]


@dataclass(frozen=True)
class Redacted:
    """`text` without personal data; `placeholders` gives each placeholder's value as it was first written."""

    text: str
    placeholders: dict[str, str] = field(default_factory=dict)


def redact(text: str) -> Redacted:
    """Mask phone, ID card and bank card numbers and e-mail addresses. The same value gets the same number, however it is spelled."""
    numbers = {kind: _highest(text, kind) for kind in Kind}
    names: dict[tuple[Kind, str], str] = {}
    values: dict[str, str] = {}
    pieces, position = [], 0
    for finding in find(text):
        key = (finding.kind, finding.value)
        if key not in names:
            numbers[finding.kind] += 1
            names[key] = f"<{finding.kind}_{numbers[finding.kind]}>"
            values[names[key]] = text[finding.start : finding.end]
        pieces += [text[position : finding.start], names[key]]
        position = finding.end
    return Redacted("".join([*pieces, text[position:]]), values)


def restore(text: str, placeholders: Mapping[str, str]) -> str:
    """Put the values back; a placeholder without a value stays."""
    return PLACEHOLDER.sub(lambda match: placeholders.get(match[0], match[0]), text)


def _highest(text: str, kind: Kind) -> int:
    """A text may bring something that looks like our placeholder: count on from there."""
    return max((int(match["number"]) for match in PLACEHOLDER.finditer(text) if match["kind"] == kind), default=0)
