"""Values that cross the room's border."""

from dataclasses import dataclass, field
from typing import Any

from knowledge.types import Hit, Scope


@dataclass(frozen=True)
class Quote:
    """An exact piece of a published document that an answer rests on; `number` is its [n] in the answer."""

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
class BotState:
    """The state a turn's steps pass on; each step is one function state -> state (dataclasses.replace).

    `verdict`: "" while running, then supported | not_found | unsupported | risky | hand_over. `outcome` says what happens next:
    answer | refuse | review | hand_over.
    """

    question: str
    scope: Scope
    masked: str = ""
    placeholders: dict[str, str] = field(default_factory=dict)
    hits: tuple[Hit, ...] = ()
    answer: str = ""
    quotes: tuple[Quote, ...] = ()
    writer: str = ""
    verdict: str = ""
    reason: str = ""
    risk_topics: tuple[str, ...] = ()
    outcome: str = ""
    trace: tuple[StepTrace, ...] = ()
