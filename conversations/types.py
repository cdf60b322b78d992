"""Values that cross the room's border."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from knowledge.types import Hit, Scope


class Verdict(StrEnum):
    """What the steps found out. SMALLTALK: a greeting or thanks, answered without looking anything up."""

    SUPPORTED = "supported"
    NOT_FOUND = "not_found"
    UNSUPPORTED = "unsupported"
    RISKY = "risky"
    HAND_OVER = "hand_over"
    SMALLTALK = "smalltalk"


class Outcome(StrEnum):
    """What happens next."""

    ANSWER = "answer"
    REFUSE = "refuse"
    REVIEW = "review"
    HAND_OVER = "hand_over"


@dataclass(frozen=True)
class Quote:
    """An exact piece of a published document that an answer rests on; `number` is its [n] in the answer.

    `text` is version.text[start:end], characters.
    """

    number: int
    hit: Hit
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class StepTrace:
    """What one step of a turn did. `input` and `output` are small, JSON-ready and masked."""

    step: str
    ms: float
    input: dict[str, Any]
    output: dict[str, Any]


@dataclass(frozen=True)
class Exchange:
    """An earlier question and its answer in the same conversation, both masked."""

    question: str
    answer: str


@dataclass(frozen=True)
class SentenceVerdict:
    """What the check found about one sentence of an answer. Cut sentences never reach the customer.

    `why`: "" when supported, else one of conversations.bot.support.Why; `detail` what of the sentence the source does not say.
    `chunk`: the passage it was held against, `number` its citation as shown. `scores`: shares and likenesses, 0-1.
    """

    text: str
    supported: bool
    why: str = ""
    detail: str = ""
    chunk: int | None = None
    number: int | None = None
    scores: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class BotState:
    """The state a turn's steps pass on; each step is one function state -> state (dataclasses.replace).

    `verdict` is "" while running. `outcome` ends the pipeline. `confidence`: 0-1, how sure it is that the passages answer the
    question. `answer` is masked text with its [n]; `rejected` the best hits below the threshold. `standalone`: a follow-up as a
    question of its own, "" when it needs no rewriting; `context_free`: it means the same in every conversation.
    `searched_again`: the words that found something when the question itself found nothing. `suspicious`: kinds of orders to the machine
    that the message holds (conversations.bot.guard_rules), and "document" when a passage does: no endpoint reads such a message.
    `endpoint`: the name of the one that wrote the answer, `place` of it in the order they are asked `endpoint_place`, 0 without; `unavailable`: why
    none wrote it although there are some. `second_opinion`: what came of asking for one, in words.

    Of the answer cache: `place` where the answer may be kept and the `stamps` of the bases when the work began, "" when it may not be;
    `flight`: the key under which equal questions wait for this one; `cached`: the CacheUseKind of a hit; `plain`: so much time was spent
    waiting that no endpoint is asked.
    """

    question: str
    scope: Scope
    history: tuple[Exchange, ...] = ()
    masked: str = ""
    placeholders: dict[str, str] = field(default_factory=dict)
    channel: str = ""
    language: str = ""
    standalone: str = ""
    context_free: bool = True
    searched_again: str = ""
    hits: tuple[Hit, ...] = ()
    rejected: tuple[Hit, ...] = ()
    confidence: float = 0.0
    answer: str = ""
    quotes: tuple[Quote, ...] = ()
    writer: str = ""
    endpoint: str = ""
    endpoint_place: int = 0
    unavailable: str = ""
    second_opinion: str = ""
    verdict: str = ""
    reason: str = ""
    risk_topics: tuple[str, ...] = ()
    outcome: str = ""
    sentences: tuple[SentenceVerdict, ...] = ()
    suspicious: tuple[str, ...] = ()
    place: str = ""
    stamps: tuple[tuple[int, int], ...] = ()
    flight: str = ""
    cached: str = ""
    plain: bool = False
    trace: tuple[StepTrace, ...] = ()

    @property
    def asks(self) -> str:
        """What is searched, written about and checked: the question as it stands alone, masked."""
        return self.standalone or self.masked
