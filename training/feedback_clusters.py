"""What was said of answers by what was asked: questions that mean the same are one line."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from training.clustering import nearest, pairs_of
from training.feedback_selectors import Period, colleagues_said, customers_said, followed_up
from training.models import AnswerRating, Feedback, FollowUp

LATEST = 400  # words of each source that are put together
SHOWN = 20
BAD = (Feedback.Value.UNSOLVED, AnswerRating.Value.DOWN, FollowUp.Kind.REPEATED, FollowUp.Kind.HANDED)


@dataclass
class Cluster:
    """`said`: how often each value of Feedback, AnswerRating and FollowUp was said; `conversation`: the latest one, 0 for none."""

    question: str
    pairs: frozenset[str]
    said: Counter = field(default_factory=Counter)
    conversations: set[int] = field(default_factory=set)
    conversation: int = 0

    @property
    def bad(self) -> int:
        return sum(self.said[value] for value in BAD)


def clusters(user, bases, period: Period) -> list[Cluster]:
    """Those with most objections first, of the latest LATEST words of customers, colleagues and what followed."""
    found: list[Cluster] = []
    for question, value, conversation in _words(user, bases, period):
        one = _of(found, question)
        one.said[value] += 1
        if conversation:
            one.conversations.add(conversation)
            one.conversation = one.conversation or conversation
    return sorted(found, key=lambda one: (-one.bad, -one.said.total(), one.question))[:SHOWN]


def _words(user, bases, period: Period) -> Iterable[tuple[str, str, int]]:
    """(question, value, conversation or 0), newest first within each source."""
    for rows, value in ((customers_said(user, period), "value"), (followed_up(user, period), "kind")):
        yield from rows.filter(turn__question__gt="").values_list("turn__question", value, "turn__conversation")[:LATEST]
    rated = colleagues_said(bases, period)[:LATEST]
    yield from ((row.question.text, row.value, 0) for row in rated)


def _of(found: list[Cluster], question: str) -> Cluster:
    """The cluster whose first question is most alike, else a new one."""
    place = nearest(question, ((place, [one.pairs]) for place, one in enumerate(found)))
    if place is None:
        found.append(Cluster(question, pairs_of(question)))
        return found[-1]
    return found[place]
