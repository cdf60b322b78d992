"""What a turn says and does, worked out before anything is written."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings

from conversations.bot import choosers
from conversations.bot.batch import answer_all
from conversations.bot.sources import with_sources
from conversations.models import Message
from conversations.rating_words import click_of as survey_click
from conversations.types import BotState, Exchange, Outcome, Verdict
from knowledge.types import Scope
from scrm.ai import chat

_CLICK = re.compile(r"fb_(?P<turn>\d{1,18})_(?P<solved>[01])")
_HUMAN = re.compile(r"human_\d{1,18}")
ASKED_FOR_PERSON = "asked_for_person"
MEDIA = "media"
UNSOLVED = "unsolved"


@dataclass(frozen=True)
class Click:
    """A tap on 已解决 or 未解决 below the answer of a turn."""

    turn_id: int
    solved: bool


@dataclass(frozen=True)
class Reply:
    """`states`: outcomes of the questions. `clicks`: ratings. `offer`: why a person is needed besides, or ""."""

    states: tuple[BotState, ...] = ()
    clicks: tuple[Click, ...] = ()
    offer: str = ""

    def having(self, outcome: str) -> tuple[BotState, ...]:
        return tuple(state for state in self.states if state.outcome == outcome)


def work_out(
    messages: Sequence[Message], scope: Scope, history: Sequence[Exchange] = (), *, channel: str = "", waited: float = 0.0
) -> Reply:
    """Read a customer's messages and answer what can be answered. No transaction may be open.

    The endpoints' time is that of the customer, who waits for all answers: it is shared by the questions, and who has `waited` (seconds
    since the first message) for a free worker longer than a burst takes has less of it left.
    """
    clicks = tuple(click for message in messages if (click := click_of(message)))
    if any(_HUMAN.fullmatch(menu_id(message)) for message in messages):
        return Reply(clicks=clicks, offer=ASKED_FOR_PERSON)
    texts = [
        message.text for message in messages if message.kind == "text" and not click_of(message) and not survey_click(menu_id(message))
    ]
    with chat.within(min(settings.CHAT_TIMEOUT_S, settings.CHAT_TIMEOUT_S + settings.BURST_LONGEST_S - waited)):
        states = tuple(answer_all(texts, scope, history, channel=channel)) if texts else ()
    media = any(message.kind != "text" for message in messages)
    return Reply(states=states, clicks=clicks, offer=MEDIA if media else "")


def menu_id(message: Message) -> str:
    return str(message.payload.get("menu_id") or "") if message.kind == "text" else ""


def click_of(message: Message) -> Click | None:
    match = _CLICK.fullmatch(menu_id(message))
    return Click(int(match["turn"]), match["solved"] == "1") if match else None


def customer_text(state: BotState) -> str:
    """What the customer reads for one outcome, masked: the sender puts the customer's own data back. "" when another text says it."""
    if state.outcome == Outcome.ANSWER:
        return with_sources(state.answer, state.quotes)
    if state.outcome == Outcome.REVIEW:
        return settings.REVIEW_TEXT
    if state.outcome == Outcome.REFUSE:
        return f"{settings.REFUSAL_TEXT}，{settings.REFUSAL_FOLLOW_UP}"
    return settings.HANDOVER_TEXT if state.reason == ASKED_FOR_PERSON else settings.TROUBLE_TEXT


def asks_for_rating(reply: Reply) -> bool:
    """A menu follows an answer from the knowledge, unless a person comes anyway or the turn's way has none."""
    way = choosers.way()
    if way and not way.menu:
        return False
    answered = any(state.verdict == Verdict.SUPPORTED for state in reply.having(Outcome.ANSWER))
    return answered and not reply.offer and len(reply.having(Outcome.ANSWER)) == len(reply.states)
