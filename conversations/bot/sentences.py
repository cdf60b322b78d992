"""The sentences of a passage with their places in the document."""

import re
from dataclasses import dataclass
from functools import cached_property

from knowledge.text import fold, sentence_spans
from knowledge.types import Hit

_OTHER_WORDING = re.compile(r"\s*[^\n。！]{1,120}[？?][ \t]*(?=\n)")
_ANSWER_MARK = re.compile(r"\s*(?:答案?|回答|解答|回复|A|Answer)\s*[:：]\s*|\s+", re.IGNORECASE)
_CELL = " | "
_HEADING = 20  # characters of the longest heading line
_NO_HEADING = re.compile(r"[。！？；：:.,，!?;|\d]|^[•\-*]")
_LEAD = 150  # characters of its line that a sentence may go on from


@dataclass(frozen=True)
class Sentence:
    """hit.text[at:to]; `index` counts the hit's sentences from 0. `start`, `end`: its characters in the version's text.

    `lead`: where the sentences of the same line begin that it goes on from. `under`: the heading line and a table's header above it.
    """

    hit: Hit
    index: int
    at: int
    to: int
    lead: int
    under: str

    @property
    def text(self) -> str:
        return self.hit.text[self.at : self.to]

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

    @cached_property
    def in_context(self) -> str:
        """Folded: what stands above it, the line up to it, and itself."""
        return fold(f"{self.under}\n{self.hit.text[self.lead : self.to]}")

    @property
    def start(self) -> int:
        return self.hit.start + self.at - repeated(self.hit)

    @property
    def end(self) -> int:
        return self.hit.start + self.to - repeated(self.hit)


def repeated(hit: Hit) -> int:
    """How many characters stand before the hit's own piece of the document: a repeated header row or question (0 for most)."""
    return max(0, len(hit.text) - (hit.end - hit.start))


def sentences_of(hit: Hit) -> list[Sentence]:
    """Sentences that can be quoted exactly: all but a table's header and heading lines. Of a question-answer pair, the answer's."""
    first = max(repeated(hit), answer_at(hit))
    spans = sentence_spans(hit.text, first)
    heading, columns, found, line, before = "", hit.text[:first] if repeated(hit) else "", [], first, first
    for at, to in spans:
        if "\n" in hit.text[before:at] or at == first:
            line = at
        before = to
        if at == line and (hit.text[at:to] in (hit.title, *hit.heading_path) or _is_heading(hit.text, at, to)) and len(spans) > 1:
            heading, columns = hit.text[at:to], ""
            continue
        row = _CELL in hit.text[at:to]
        if row and not columns and _CELL in _next_line(hit.text, to):
            columns = hit.text[at:to]
            continue
        lead = line if at - line < _LEAD else found[-1].at if found else at
        found.append(Sentence(hit, len(found), at, to, lead, f"{heading} {columns}" if row else heading))
        columns = columns if row else ""
    return found


def whole_answer(hit: Hit) -> Sentence:
    """All that an entry answers, as one piece."""
    first = repeated(hit)
    return Sentence(hit, 0, first, len(hit.text), first, "")


def _next_line(text: str, position: int) -> str:
    return text[position:].lstrip("\n").partition("\n")[0]


def _is_heading(text: str, at: int, to: int) -> bool:
    """A short line of its own without an end, above a longer one."""
    alone = text[to : to + 1] == "\n"
    following = text[to:].lstrip().split("\n", 1)[0]
    return alone and to - at <= _HEADING and not _NO_HEADING.search(text, at, to) and len(following) > to - at


def answer_at(hit: Hit) -> int:
    """Where the answer begins in a question-answer passage: behind the question, its other wordings and a mark like 答：; else 0."""
    if hit.entry:
        return repeated(hit)
    asked = hit.text.find(hit.question, 0, len(hit.question) + 20) if hit.question else -1
    if asked < 0:
        return 0
    position = asked + len(hit.question)
    while wording := _OTHER_WORDING.match(hit.text, position):
        position = wording.end()
    mark = _ANSWER_MARK.match(hit.text, position)
    return mark.end() if mark else position
