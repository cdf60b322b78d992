"""What a person fills in for a question and its answer, checked and brought into one form."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from knowledge.choices import Audience
from knowledge.ingestion.faq import Wordings
from knowledge.ingestion.parsers.builder import clean
from knowledge.models import FaqEntry
from knowledge.retrieval.terms import fold
from scrm.core.errors import Invalid

LONGEST_QUESTION = 300
LONGEST_ANSWER = 4_000  # characters: a passage is answered whole
MOST_SIMILAR = 100
_BLANK_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True)
class FaqFields:
    """All that can be edited of an entry. `valid_from` <= now < `valid_until`, None = open; `audience`: one of choices.Audience."""

    question: str
    answer: str
    similar: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    audience: str = Audience.PUBLIC

    @property
    def wordings(self) -> Wordings:
        return Wordings(self.question, self.similar, self.answer)


def fields_of(entry: FaqEntry) -> FaqFields:
    """The entry as it stands; change it with dataclasses.replace. Reads entry.document."""
    document = entry.document
    return FaqFields(
        entry.question, entry.answer, tuple(entry.similar), document.valid_from, document.valid_until, document.audience
    )  # fmt: skip


def checked(fields: FaqFields) -> FaqFields:
    """Tidy: one line a wording, each once however it is written, no control characters. Raises Invalid, saying what to do."""
    question, answer = one_line(fields.question), _BLANK_LINES.sub("\n\n", clean(fields.answer).strip())
    if not question or not answer:
        raise Invalid(_("Write a question and an answer."))
    if len(answer) > LONGEST_ANSWER:
        raise Invalid(_("The answer may have at most %(n)s characters.") % {"n": LONGEST_ANSWER})
    similar = _distinct(question, fields.similar)
    if any(len(wording) > LONGEST_QUESTION for wording in (question, *similar)):
        raise Invalid(_("A question may have at most %(n)s characters.") % {"n": LONGEST_QUESTION})
    if len(similar) > MOST_SIMILAR:
        raise Invalid(_("An entry may have at most %(n)s similar questions.") % {"n": MOST_SIMILAR})
    if fields.valid_from and fields.valid_until and fields.valid_from >= fields.valid_until:
        raise Invalid(_("The end of validity must lie after its beginning."))
    if fields.audience not in Audience.values:
        raise Invalid(_("Choose who may be told: customers and staff, or staff only."))
    return replace(fields, question=question, answer=answer, similar=similar)


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


def same_key(wording: str) -> str:
    """Equal for wordings that differ in case, width, traditional characters or spaces only."""
    return "".join(fold(wording).split())


def _distinct(question: str, similar: Iterable[str]) -> tuple[str, ...]:
    kept = {same_key(question): ""}
    for wording in map(one_line, similar):
        if wording:
            kept.setdefault(same_key(wording), wording)
    return tuple(wording for wording in kept.values() if wording)
