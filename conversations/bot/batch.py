"""Several messages of one customer, answered together: each question on its own, a question spread over messages as one."""

from collections.abc import Callable, Sequence
from functools import partial

from conversations.bot.cues import Wanted, wanted
from conversations.bot.followups import content, is_trait_only
from conversations.bot.pipeline import run
from conversations.bot.steps.intent import asks_for_person, is_smalltalk
from conversations.types import BotState, Exchange, Outcome, Verdict
from knowledge.types import Scope

MOST = 10  # what a customer wrote beyond so many messages is read as one
_FRAGMENT = 12  # characters
_JOINED = 3  # a question is looked for in at most so many neighbouring messages
Ask = Callable[..., BotState]
_GIVEN = (Outcome.ANSWER, Outcome.REVIEW)


def answer_all(texts: Sequence[str], scope: Scope, history: Sequence[Exchange] = (), *, channel: str = "") -> list[BotState]:
    """Outcomes in the order of the messages. A greeting beside a question needs no reply; asking for a person ends it all."""
    ask = partial(run, scope=scope, channel=channel)
    if person := next((text for text in texts if asks_for_person(text)), None):
        return [ask(person)]
    asking = _fragments_joined([text for text in texts if not is_smalltalk(text)]) or list(texts[:1])
    if len(asking) > MOST:
        asking = [*asking[: MOST - 1], " ".join(asking[MOST - 1 :])]
    states = _one_after_another(asking, ask, tuple(history))
    return _with_joined(asking, states, partial(ask, history=tuple(history)))


def _fragments_joined(texts: Sequence[str]) -> list[str]:
    """会员积分 · 怎么算 is one question: a thing without a question, and then a question without a thing."""
    joined: list[str] = []
    for text in texts:
        if joined and _names_only(joined[-1]) and (not content(text) or is_trait_only(text)):
            joined[-1] += text
        else:
            joined.append(text)
    return joined


def _names_only(text: str) -> bool:
    return len(text) <= _FRAGMENT and wanted(text) is Wanted.ANY and not text.rstrip().endswith(("？", "?"))


def _one_after_another(texts: Sequence[str], ask: Ask, told: tuple[Exchange, ...]) -> list[BotState]:
    """A message may go on from the one before it: 保温杯多大 · 多少钱."""
    states = []
    for text in texts:
        states.append(ask(text, history=told))
        if states[-1].verdict != Verdict.SMALLTALK:
            told = (*told, Exchange(states[-1].asks, states[-1].answer))
    return states


def _with_joined(texts: Sequence[str], states: list[BotState], ask: Ask) -> list[BotState]:
    """A message without an answer is tried together with the ones before it; what it absorbs needs no answer of its own."""
    kept: list[BotState] = []
    for place, state in enumerate(states):
        if state.outcome == Outcome.REFUSE and place:
            joined = ask(" ".join(texts[max(0, place - _JOINED + 1) : place + 1]))
            if joined.outcome in _GIVEN:
                while kept and kept[-1].outcome == Outcome.REFUSE:
                    kept.pop()
                state = joined
        kept.append(state)
    return kept
