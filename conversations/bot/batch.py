"""Several messages of one customer, answered together: each question on its own, a question spread over messages as one."""

from collections.abc import Sequence

from conversations.bot.pipeline import run
from conversations.bot.steps.intent import asks_for_person, is_smalltalk
from conversations.types import BotState, Exchange, Outcome
from knowledge.types import Scope

MOST = 10  # what a customer wrote beyond so many messages is read as one
_JOINED = 3  # a question is looked for in at most so many neighbouring messages
_GIVEN = (Outcome.ANSWER, Outcome.REVIEW)


def answer_all(texts: Sequence[str], scope: Scope, history: Sequence[Exchange] = ()) -> list[BotState]:
    """Outcomes in the order of the messages. A greeting beside a question needs no reply; asking for a person ends it all."""
    if person := next((text for text in texts if asks_for_person(text)), None):
        return [run(person, scope)]
    asking = [text for text in texts if not is_smalltalk(text)] or list(texts[:1])
    if len(asking) > MOST:
        asking = [*asking[: MOST - 1], " ".join(asking[MOST - 1 :])]
    return _with_joined(asking, [run(text, scope, history) for text in asking], scope, history)


def _with_joined(texts: Sequence[str], states: list[BotState], scope: Scope, history: Sequence[Exchange]) -> list[BotState]:
    """A message without an answer is tried together with the ones before it; what it absorbs needs no answer of its own."""
    kept: list[BotState] = []
    for place, state in enumerate(states):
        if state.outcome == Outcome.REFUSE and place:
            joined = run(" ".join(texts[max(0, place - _JOINED + 1) : place + 1]), scope, history)
            if joined.outcome in _GIVEN:
                while kept and kept[-1].outcome == Outcome.REFUSE:
                    kept.pop()
                state = joined
        kept.append(state)
    return kept
