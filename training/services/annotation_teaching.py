"""Answers that nobody objected to and that still teach: something happened afterwards, or the search was in doubt."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from django.utils import timezone

from conversations.choices import TurnState
from conversations.models import Turn
from training.clustering import likeness, pairs_of
from training.models import AnnotationTask, FollowUp, LearningObjection

Reason = AnnotationTask.Reason
SINCE = timedelta(days=7)
LOOKED_AT = 500  # newest answers
MOST_OPEN = {
    Reason.REPEATED: 100,
    Reason.HANDED: 100,
    Reason.MARGIN: 20,
    Reason.DISAGREE: 20,
    Reason.NEW: 20,
}  # so that objections are not buried
MARGIN = 0.02  # of relevance between the first two passages, when the first is no sure one
SURE = 0.9
FAR = 20  # rank of the one half's first passage in the other half, from which they disagree
NEW = 0.3  # likeness to every earlier question, below which a question opens a cluster of its own
_REASONS = {FollowUp.Kind.HANDED: Reason.HANDED, FollowUp.Kind.REPEATED: Reason.REPEATED}
EARLIER = 1_000  # questions compared with


def teaching(known_turns) -> Iterator[tuple[Turn, str]]:
    """(turn, reason) of newest answers that have no task yet, as long as few of that reason are open."""
    rows = Turn.objects.filter(created_at__gte=timezone.now() - SINCE, state=TurnState.ANSWERED).exclude(question="").exclude(answer="")
    rows = rows.exclude(pk__in=known_turns).exclude(conversation__identity__customer__in=LearningObjection.objects.values("customer"))
    turns = list(rows.select_related("conversation__account").order_by("-pk")[:LOOKED_AT])
    followed, earlier = _followed(turns), _earlier(turns)
    room = _room()
    for turn in turns:
        reason = followed.get(turn.pk) or _doubt(turn) or _new(turn, earlier)
        if reason and room[reason] > 0:
            room[reason] -= 1
            yield turn, reason


def _room() -> Counter:
    opened = AnnotationTask.objects.filter(state=AnnotationTask.State.OPEN, reason__in=MOST_OPEN)
    return Counter(MOST_OPEN) - Counter(opened.values_list("reason", flat=True))


def _followed(turns: Sequence[Turn]) -> Mapping[int, str]:
    """What the customer did after these answers; asking again tells more than asking for a person."""
    rows = FollowUp.objects.filter(turn__in=turns).values_list("turn_id", "kind").order_by("kind")  # handed before repeated
    return {turn: _REASONS[kind] for turn, kind in rows}


def _earlier(turns: Sequence[Turn]) -> list[tuple[int, frozenset[str]]]:
    """(turn, pairs of characters of its question) of the newest questions."""
    rows = Turn.objects.exclude(question="").order_by("-pk").values_list("pk", "question")[: EARLIER + len(turns)]
    return [(pk, pairs_of(question)) for pk, question in rows]


def _doubt(turn: Turn) -> str:
    hits = next((entry["output"].get("hits") or [] for entry in turn.trace if entry.get("step") == "retrieve" and entry.get("output")), [])
    if len(hits) < 2:
        return ""
    first, second = (float(hit.get("relevance") or 0) for hit in hits[:2])
    if first < SURE and first - second < MARGIN:
        return Reason.MARGIN
    by_meaning, by_words = _best(hits, "vector_rank"), _best(hits, "lexical_rank")
    if by_meaning and by_words and by_meaning is not by_words and _is_far(by_meaning, "lexical_rank") and _is_far(by_words, "vector_rank"):
        return Reason.DISAGREE
    return ""


def _best(hits: Sequence[Mapping], rank: str) -> Mapping | None:
    return next((hit for hit in hits if hit.get(rank) == 1), None)


def _is_far(hit: Mapping, rank: str) -> bool:
    return hit.get(rank) is None or hit[rank] > FAR


def _new(turn: Turn, earlier: Sequence[tuple[int, frozenset[str]]]) -> str:
    before = [pairs for pk, pairs in earlier if pk < turn.pk][:EARLIER]
    if not before:
        return ""
    own = pairs_of(turn.question)
    return "" if any(likeness(own, pairs) >= NEW for pairs in before) else Reason.NEW
