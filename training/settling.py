"""Whether people who annotated the same item agree, and what follows when they do. No database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

REJECTED, ERROR, PASSAGES, CORRECTED = "rejected", "error", "passages", "corrected"


@dataclass(frozen=True)
class Said:
    """One person's word. `grades`: by chunk, 0-2; a passage without a mark is one that nothing is said of, so are empty texts."""

    author_id: int
    grades: Mapping[int, int] = field(default_factory=dict)
    error: str = ""
    corrected: str = ""
    rejected: bool = False


@dataclass(frozen=True)
class Settled:
    """What all of them say together. `authors`: by chunk, who marked it last."""

    grades: Mapping[int, int]
    authors: Mapping[int, int]
    error: str
    corrected: str
    rejected: bool


def differences(said: Sequence[Said]) -> frozenset[str]:
    """What they contradict each other in; saying nothing contradicts nobody. Where one rejects the item and another does not, only that."""
    if len({each.rejected for each in said}) > 1:
        return frozenset({REJECTED})
    found = set()
    if len({each.error for each in said if each.error}) > 1:
        found.add(ERROR)
    if len({_plain(each.corrected) for each in said if _plain(each.corrected)}) > 1:
        found.add(CORRECTED)
    if disputed_passages(said):
        found.add(PASSAGES)
    return frozenset(found)


def disputed_passages(said: Sequence[Said]) -> set[int]:
    """Chunks that were given different grades."""
    given: dict[int, set[int]] = {}
    for each in said:
        for chunk, grade in each.grades.items():
            given.setdefault(chunk, set()).add(grade)
    return {chunk for chunk, grades in given.items() if len(grades) > 1}


def settled(said: Sequence[Said]) -> Settled:
    """Of people who do not contradict each other; what one left open another may have said."""
    grades: dict[int, int] = {}
    authors: dict[int, int] = {}
    for each in said:
        grades.update(each.grades)
        authors.update(dict.fromkeys(each.grades, each.author_id))
    error = next((each.error for each in said if each.error), "")
    corrected = next((each.corrected for each in said if _plain(each.corrected)), "")
    return Settled(grades, authors, error, corrected, all(each.rejected for each in said))


def _plain(text: str) -> str:
    return "".join(text.split())
