"""One question through the ordered steps. No transaction is open here: steps wait for models and networks."""

import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from django.conf import settings

from conversations.bot import remembered, shown
from conversations.bot.steps.answer import answer
from conversations.bot.steps.cache import cache, land
from conversations.bot.steps.check import check
from conversations.bot.steps.intent import intent
from conversations.bot.steps.redact import redact
from conversations.bot.steps.retrieve import retrieve
from conversations.bot.steps.risk import risk
from conversations.bot.steps.understand import understand
from conversations.bot.wordings import wordings_held
from conversations.types import BotState, Exchange, Outcome, StepTrace, Verdict
from knowledge.types import Scope
from scrm.core.errors import ScrmError

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Step:
    """`run` does the work; `takes` and `gives` choose what the trace shows of the state before and after.

    `makes_answer`: left out when the answer cache had the answer.
    """

    name: str
    run: Callable[[BotState], BotState]
    takes: Callable[[BotState], dict]
    gives: Callable[[BotState], dict]
    makes_answer: bool = False


STEPS = (
    Step("redact", redact, shown.size, shown.masked),
    Step("intent", intent, shown.masked, shown.decision),
    Step("understand", understand, shown.masked, shown.understood),
    Step("cache", cache, shown.masked, shown.remembered),
    Step("retrieve", retrieve, shown.asked, shown.hits, makes_answer=True),
    Step("answer", answer, shown.passages, shown.draft, makes_answer=True),
    Step("check", check, shown.draft, shown.checked, makes_answer=True),
    Step("risk", risk, shown.draft, shown.decision),
)


def run(question: str, scope: Scope, history: Iterable[Exchange] = (), *, channel: str = "") -> BotState:
    """The state after the last step, with an outcome and a trace. An expected failure in a step becomes outcome hand_over."""
    with wordings_held():
        return _run(BotState(question=question, scope=scope, history=tuple(history), channel=channel))


def _run(state: BotState) -> BotState:
    try:
        for step in STEPS:
            if step.makes_answer and state.cached:
                continue
            state = _traced(step, state)
            if state.outcome:
                break
        remembered.keep(state)
    finally:
        land(state)
    return state


def _traced(step: Step, before: BotState) -> BotState:
    started = time.perf_counter()
    try:
        after = step.run(before)
    except ScrmError as error:
        # The customer reads a fixed sentence; the code and the cause are for colleagues.
        log.warning("step %s failed: %s", step.name, error.code)
        after = replace(
            before,
            answer=settings.TROUBLE_TEXT,
            quotes=(),
            verdict=Verdict.HAND_OVER,
            outcome=Outcome.HAND_OVER,
            reason=f"{step.name}: {error}"[:300],
        )
    ms = round((time.perf_counter() - started) * 1000, 1)
    entry = StepTrace(step.name, ms, step.takes(before), step.gives(after))
    return replace(after, trace=(*before.trace, entry))
