"""What changed between two texts, by paragraph and within a paragraph by word. Chinese is compared by character, codes and numbers whole."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

MOST_CHARACTERS = 400_000  # of both texts together
MOST_PARAGRAPHS = 3_000  # that differ in place, of either text: matching is quadratic at worst (1.6 s of work)
MOST_IN_PARAGRAPH = 4_000  # characters; a longer one is shown as taken out and put in whole
_ALIKE = 0.35  # paragraphs that share less are another paragraph, not a changed one
_CONTEXT = 1  # unchanged paragraphs shown beside a change
_ISLAND = 2  # so few unchanged tokens between two changes only make reading harder

_TOKEN = re.compile(r"[A-Za-z0-9_]+(?:[.\-/][A-Za-z0-9_]+)*|\s+|.", re.DOTALL)


class Change(StrEnum):
    SAME = "same"
    NEW = "new"
    GONE = "gone"
    CHANGED = "changed"
    SKIPPED = "skipped"  # unchanged paragraphs that are not shown


@dataclass(frozen=True)
class Run:
    """A stretch of a paragraph: same, new or gone."""

    change: Change
    text: str


@dataclass(frozen=True)
class Paragraph:
    """`runs` in reading order. `skipped`: how many unchanged paragraphs stand here."""

    change: Change
    runs: tuple[Run, ...] = ()
    skipped: int = 0


@dataclass(frozen=True)
class Comparison:
    """`too_large`: the texts are beyond what is compared here, `paragraphs` is empty."""

    paragraphs: tuple[Paragraph, ...] = ()
    new: int = 0
    gone: int = 0
    changed: int = 0
    too_large: bool = False

    @property
    def identical(self) -> bool:
        return not (self.new or self.gone or self.changed or self.too_large)


def compare(before: str, after: str) -> Comparison:
    """The paragraphs (lines with words in them) that differ, with their neighbours."""
    old, new = _paragraphs(before), _paragraphs(after)
    head, tail = _common_ends(old, new)
    core = (old[head : len(old) - tail], new[head : len(new) - tail])
    if len(before) + len(after) > MOST_CHARACTERS or max(map(len, core)) > MOST_PARAGRAPHS:
        return Comparison(too_large=True)
    same = [Paragraph(Change.SAME, (Run(Change.SAME, text),)) for text in (*old[:head], *old[len(old) - tail :])]
    found = [*same[:head], *_changes(*core), *same[head:]]
    counts = {kind: sum(paragraph.change is kind for paragraph in found) for kind in Change}
    return Comparison(tuple(_folded(found)), counts[Change.NEW], counts[Change.GONE], counts[Change.CHANGED])


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _common_ends(old: Sequence[str], new: Sequence[str]) -> tuple[int, int]:
    """How many paragraphs are the same at the beginning, and at the end."""
    short = min(len(old), len(new))
    head = next((i for i in range(short) if old[i] != new[i]), short)
    tail = next((i for i in range(short - head) if old[-1 - i] != new[-1 - i]), short - head)
    return head, tail


def _changes(old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from (Paragraph(Change.SAME, (Run(Change.SAME, text),)) for text in old[i:j])
        else:
            yield from _replaced(old[i:j], new[k:m])


def _replaced(old: Sequence[str], new: Sequence[str]) -> Iterator[Paragraph]:
    """Paragraphs in the place of others: pairs that are alike are one changed paragraph, in order; the rest is gone or new."""
    at = 0
    for text in old:
        partner = next((k for k in range(at, min(at + 3, len(new))) if _alike(text, new[k])), None)
        if partner is None:
            yield Paragraph(Change.GONE, (Run(Change.GONE, text),))
            continue
        yield from (Paragraph(Change.NEW, (Run(Change.NEW, each),)) for each in new[at:partner])
        yield Paragraph(Change.CHANGED, tuple(_runs(text, new[partner])))
        at = partner + 1
    yield from (Paragraph(Change.NEW, (Run(Change.NEW, each),)) for each in new[at:])


def _alike(one: str, other: str) -> bool:
    if max(len(one), len(other)) > MOST_IN_PARAGRAPH:
        return False
    matcher = SequenceMatcher(None, _TOKEN.findall(one), _TOKEN.findall(other), autojunk=False)
    return matcher.real_quick_ratio() >= _ALIKE and matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE


def _runs(one: str, other: str) -> Iterator[Run]:
    old, new = _TOKEN.findall(one), _TOKEN.findall(other)
    for same, (i, j, k, m) in _merged(SequenceMatcher(None, old, new, autojunk=False).get_opcodes()):
        if same:
            yield Run(Change.SAME, "".join(old[i:j]))
            continue
        if i < j:
            yield Run(Change.GONE, "".join(old[i:j]))
        if k < m:
            yield Run(Change.NEW, "".join(new[k:m]))


def _merged(opcodes) -> list[tuple[bool, tuple[int, int, int, int]]]:
    """(is the same, places) with tiny unchanged islands between two changes made part of them."""
    merged: list[tuple[bool, tuple[int, int, int, int]]] = []
    last = len(opcodes) - 1
    for place, (tag, i, j, k, m) in enumerate(opcodes):
        same = tag == "equal" and not (j - i < _ISLAND and 0 < place < last)
        if merged and not same and not merged[-1][0]:
            a, _b, c, _d = merged[-1][1]
            merged[-1] = (False, (a, j, c, m))
        else:
            merged.append((same, (i, j, k, m)))
    return merged


def _folded(paragraphs: Sequence[Paragraph]) -> Iterator[Paragraph]:
    """Long unchanged stretches as one line."""
    near = {
        i + step for i, paragraph in enumerate(paragraphs) if paragraph.change is not Change.SAME for step in range(-_CONTEXT, _CONTEXT + 1)
    }
    skipped = 0
    for i, paragraph in enumerate(paragraphs):
        if i not in near:
            skipped += 1
            continue
        if skipped:
            yield Paragraph(Change.SKIPPED, skipped=skipped)
            skipped = 0
        yield paragraph
    if skipped:
        yield Paragraph(Change.SKIPPED, skipped=skipped)
