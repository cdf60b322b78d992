"""Personal data in Chinese service texts: what it looks like, and what only looks like it. Offsets count characters."""

from scrm.privacy import addresses, names, numbers, orders, papers, phones
from scrm.privacy.types import COVERED, PLACEHOLDER, Finding, Kind, half_width, numerals

__all__ = ["Finding", "Kind", "find", "half_width"]

READERS = (
    numbers.emails, numbers.id_cards, numbers.bank_cards, phones.phones,
    papers.passports, papers.plates, papers.company_codes, addresses.addresses, names.names, orders.orders,
)  # fmt: skip


def find(text: str) -> list[Finding]:
    """Personal data in the text, in order, without overlaps: of two readings of the same characters the more certain one.

    Placeholders are no personal data and part of none, so a masked text is masked for good.
    """
    plain = numerals(half_width(PLACEHOLDER.sub(lambda match: COVERED * len(match[0]), text)))
    found = [finding for reader in READERS for finding in reader(plain)]
    kept: list[Finding] = []
    for one in sorted(found, key=lambda f: (-f.confidence, f.start - f.end)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda f: f.start)
