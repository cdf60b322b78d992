"""Answers after which the customer asked the same again, or needed a person: kept as feedback, whoever asks for it later."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from conversations.choices import TurnState
from conversations.models import Turn
from knowledge.retrieval.likeness import same_key
from training.models import FollowUp

AFTERWARDS = timedelta(hours=24)
LOOKED_BACK = timedelta(days=3)  # later turns so old are looked at once more, should the task have slept
Kind = FollowUp.Kind
_ANSWERED = Q(state=TurnState.ANSWERED) & ~Q(question="") & ~Q(answer="")


def follow_ups_gather(*, since: timedelta = LOOKED_BACK) -> int:
    """Keep what came after answers within AFTERWARDS; how many rows are new. Repeating it changes nothing."""
    rows = Turn.objects.filter(created_at__gte=timezone.now() - since - AFTERWARDS).annotate(answered=_ANSWERED).order_by("pk")
    of_conversation: dict[int, list[Turn]] = defaultdict(list)
    for turn in rows.only("pk", "conversation_id", "question", "state", "created_at"):
        of_conversation[turn.conversation_id].append(turn)
    found = [row for turns in of_conversation.values() for row in _follow_ups(turns)]
    with transaction.atomic(durable=True):
        before = FollowUp.objects.count()
        FollowUp.objects.bulk_create(found, ignore_conflicts=True)
        return FollowUp.objects.count() - before


def _follow_ups(turns: Sequence[Turn]) -> Iterator[FollowUp]:
    """turns: of one conversation, in their order."""
    for place, turn in enumerate(turns):
        if not turn.answered:
            continue
        later = [one for one in turns[place + 1 :] if one.created_at - turn.created_at < AFTERWARDS]
        key = same_key(turn.question)
        again = next((one for one in later if one.question and same_key(one.question) == key), None)
        person = next((one for one in later if one.state == TurnState.HANDED_OVER), None)
        for kind, after in ((Kind.REPEATED, again), (Kind.HANDED, person)):
            if after:
                yield FollowUp(turn=turn, kind=kind, after=after, created_at=after.created_at)
