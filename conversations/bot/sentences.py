"""The sentences of a passage with their places in the document."""

import re
from dataclasses import dataclass
from functools import cached_property

from knowledge.text import fold, sentence_spans
from knowledge.types import Hit

_OTHER_WORDING = re.compile(r"\s*[^\n。！]{1,120}[？?][ \t]*(?=\n)")
_ANSWER_MARK = re.compile(r"\s*(?:答案?|回答|解答|回复|A|Answer)\s*[:：]\s*|\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Sentence:
    """hit.text[at:to]; `index` counts the hit's sentences from 0. `start`, `end`: its characters in the version's text."""

    hit: Hit
    index: int
    at: int
    to: int

    @property
    def text(self) -> str:
        return self.hit.text[self.at : self.to]

    @cached_property
    def folded(self) -> str:
        return fold(self.text)

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
    """Sentences that can be quoted exactly: all but a repeated header. Of a question-answer pair, the answer's."""
    first = max(repeated(hit), answer_at(hit))
    return [Sentence(hit, index, at, to) for index, (at, to) in enumerate(sentence_spans(hit.text, first))]


def answer_at(hit: Hit) -> int:
    """Where the answer begins in a question-answer passage: behind the question, its other wordings and a mark like 答：; else 0."""
    asked = hit.text.find(hit.question, 0, len(hit.question) + 20) if hit.question else -1
    if asked < 0:
        return 0
    position = asked + len(hit.question)
    while wording := _OTHER_WORDING.match(hit.text, position):
        position = wording.end()
    mark = _ANSWER_MARK.match(hit.text, position)
    return mark.end() if mark else position
