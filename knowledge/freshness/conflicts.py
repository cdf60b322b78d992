"""Two claims that cannot both be true: the same matter, and another number, date, or a plain no.

Precision before recall: a person reads each finding. So claims of different products, places, tiers or conditions are no conflict.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.freshness.claims import Claim, Context

LONGEST_FOR_NO = 40  # characters of a sentence that only allows or forbids
LONG_ENOUGH_FOR_NO = 4  # characters of the words that a permission and a prohibition share; a number needs one word


@dataclass(frozen=True)
class Conflict:
    """`what`: the kind of quantity that differs, or "no" where one allows what the other forbids."""

    mine: str
    theirs: str
    what: str


def conflicts(mine: Sequence[Claim], theirs: Sequence[Claim], my_context: Context, their_context: Context) -> list[Conflict]:
    """At most one conflict for a pair of sentences."""
    found: dict[tuple[str, str], Conflict] = {}
    for claim in mine:
        for other in theirs:
            if (what := _what(claim, other, my_context, their_context)) is not None:
                found.setdefault((claim.sentence, other.sentence), Conflict(claim.sentence, other.sentence, what))
    return [each for each in found.values() if not _said_by_both(each, mine, theirs)]


def _what(mine: Claim, theirs: Claim, my_context: Context, their_context: Context) -> str | None:
    shared = mine.strong & theirs.strong
    if not shared or mine.exact != theirs.exact or not _same_matter(mine, theirs, my_context, their_context):
        return None
    if mine.negated != theirs.negated:
        return _forbidden(mine, theirs, shared)
    if mine.over != theirs.over:
        return None
    return _differing(mine, theirs)


def _same_matter(mine: Claim, theirs: Claim, my_context: Context, their_context: Context) -> bool:
    """Nothing said here tells the one from the other, and their documents and sections are not about two different things."""
    if mine.exact:
        same = mine.strong == theirs.strong
    else:
        same = not (mine.strong - theirs.strong - their_context.all) and not (theirs.strong - mine.strong - my_context.all)
    only_mine = my_context.subject - their_context.all - theirs.strong
    only_theirs = their_context.subject - my_context.all - mine.strong
    return same and not (only_mine and only_theirs)


def _forbidden(mine: Claim, theirs: Claim, shared: frozenset[str]) -> str | None:
    short, long = sorted((len(mine.sentence), len(theirs.sentence)))
    alike = long <= LONGEST_FOR_NO and 2 * short >= long
    plain = alike and not (mine.conditional or theirs.conditional or mine.over or theirs.over or mine.quantities or theirs.quantities)
    return "no" if plain and sum(map(len, shared)) >= LONG_ENOUGH_FOR_NO else None


def _differing(mine: Claim, theirs: Claim) -> str | None:
    """The one kind of quantity that clashes. Where several do, both sentences are lines of a scale (满100减10, 满200减30)."""
    pairs = list(zip(mine.quantities, theirs.quantities, strict=False))
    if not pairs or len(mine.quantities) != len(theirs.quantities) or any(a.kind != b.kind for a, b in pairs):
        return None
    clashing = [a.kind for a, b in pairs if a.clashes(b)]
    equal = sum(a == b for a, b in pairs)
    return clashing[0] if len(clashing) == 1 and equal == len(pairs) - 1 else None


def _said_by_both(conflict: Conflict, mine: Sequence[Claim], theirs: Sequence[Claim]) -> bool:
    """Both passages hold both sentences: it is one list in two copies."""
    return conflict.theirs in {claim.sentence for claim in mine} and conflict.mine in {claim.sentence for claim in theirs}
