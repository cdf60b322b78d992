"""What goes onto the annotation queue: objections, reviews, changed drafts, refusals with something found, answers that teach, and a random
control share.
"""

from collections.abc import Iterator
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Mod
from django.utils import timezone

from conversations.choices import TurnState
from conversations.models import ReplyDraft, ReviewTask, Turn
from scrm.core.locks import lock_in_tx
from training.models import AnnotationPlan, AnnotationTask, AnswerRating, Feedback, LearningObjection
from training.services.annotation import CONTROL_PEOPLE
from training.services.annotation_teaching import teaching
from training.services.follow_ups import follow_ups_gather
from training.taught import REVIEWED_OTHERWISE, base_taught

SINCE = timedelta(days=30)
CONTROL_EVERY = 20  # answered turns
MOST, PASSAGES = 500, 10
SHORTEST = 2  # characters
Reason = AnnotationTask.Reason
WEIGHTS = {Reason.UNSOLVED: 5, Reason.DISLIKED: 5, Reason.REVIEWED: 4, Reason.EDITED: 4, Reason.REFUSED: 2, Reason.CONTROL: 1}
WEIGHTS |= {Reason.REPEATED: 4, Reason.HANDED: 3, Reason.MARGIN: 2, Reason.DISAGREE: 2, Reason.NEW: 2}


def annotation_gather() -> int:
    """Queue what people objected to, what was refused although passages were found, and every CONTROL_EVERY-th answer; how many."""
    follow_ups_gather()
    with transaction.atomic(durable=True):
        lock_in_tx("annotation", "gather")
        rows = [*_of_turns(), *_of_ratings(), *_of_drafts()]
        rows += _of_teaching({row.turn_id for row in rows})
        people = dict(AnnotationPlan.objects.values_list("base_id", "people"))
        for row in rows:
            planned = people.get(row.base_id, 1)
            row.wanted = max(planned, CONTROL_PEOPLE) if row.reason == Reason.CONTROL else planned
        AnnotationTask.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _of_turns() -> Iterator[AnnotationTask]:
    unsolved = Feedback.objects.filter(turn=OuterRef("pk"), value=Feedback.Value.UNSOLVED)
    reviewed = ReviewTask.objects.filter(REVIEWED_OTHERWISE, turn=OuterRef("pk"))
    rows = Turn.objects.filter(created_at__gte=timezone.now() - SINCE).exclude(question="").exclude(pk__in=_known("turn"))
    rows = rows.exclude(conversation__identity__customer__in=LearningObjection.objects.values("customer"))
    rows = rows.annotate(unsolved=Exists(unsolved), reviewed=Exists(reviewed), place=Mod("pk", CONTROL_EVERY))
    control = Q(state=TurnState.ANSWERED, place=0)
    rows = rows.filter(Q(unsolved=True) | Q(reviewed=True) | Q(state=TurnState.REFUSED) | control)
    for turn in rows.select_related("conversation__account").order_by("-unsolved", "-reviewed", "-pk")[:MOST]:
        found, reason = _found(turn), _reason(turn)
        base = base_taught(turn.conversation)
        if reason and base and len(turn.question.strip()) >= SHORTEST and (found or reason != Reason.REFUSED):
            yield AnnotationTask(
                base=base, turn=turn, reason=reason, weight=WEIGHTS[reason], question=turn.question, answer=turn.answer, suggested=found
            )


def _reason(turn: Turn) -> str:
    if turn.unsolved:
        return Reason.UNSOLVED
    if turn.reviewed:
        return Reason.REVIEWED
    if turn.state == TurnState.REFUSED:
        return Reason.REFUSED
    return Reason.CONTROL if turn.state == TurnState.ANSWERED and turn.pk % CONTROL_EVERY == 0 else ""


def _found(turn: Turn) -> list:
    """[chunk id, relevance] of the retrieve step, hits before those below the threshold."""
    for entry in turn.trace:
        if entry.get("step") == "retrieve":
            output = entry.get("output") or {}
            rows = [*(output.get("hits") or []), *(output.get("rejected") or [])]
            return [[row["chunk"], row.get("relevance", 0)] for row in rows if row.get("chunk")][:PASSAGES]
    return []


def _of_teaching(taken: set[int | None]) -> Iterator[AnnotationTask]:
    for turn, reason in teaching(_known("turn")):
        base = base_taught(turn.conversation)
        if base and turn.pk not in taken and len(turn.question.strip()) >= SHORTEST:
            yield AnnotationTask(
                base=base,
                turn=turn,
                reason=reason,
                weight=WEIGHTS[reason],
                question=turn.question,
                answer=turn.answer,
                suggested=_found(turn),
            )


def _of_ratings() -> Iterator[AnnotationTask]:
    rows = AnswerRating.objects.filter(value=AnswerRating.Value.DOWN).exclude(pk__in=_known("rating")).select_related("question")
    for rating in rows.prefetch_related("question__bases")[:MOST]:
        result, bases = rating.question.result or {}, list(rating.question.bases.all())
        if bases:
            found = [[hit["chunk_id"], hit.get("relevance", 0)] for hit in result.get("hits") or [] if hit.get("chunk_id")]
            yield AnnotationTask(
                base=bases[0], rating=rating, reason=Reason.DISLIKED, weight=WEIGHTS[Reason.DISLIKED], question=rating.question.text,
                answer=result.get("answer", ""), suggested=found[:PASSAGES],
            )  # fmt: skip


def _of_drafts() -> Iterator[AnnotationTask]:
    """Drafts that a colleague sent otherwise than the bot wrote them."""
    rows = ReplyDraft.objects.filter(done_at__gte=timezone.now() - SINCE).exclude(sent="")
    rows = rows.exclude(pk__in=_known("draft")).exclude(conversation__identity__customer__in=LearningObjection.objects.values("customer"))
    for row in rows.select_related("conversation__account").order_by("-pk")[:MOST]:
        base = base_taught(row.conversation)
        if base and row.sent.strip() != row.text.strip() and len(row.question.strip()) >= SHORTEST:
            found = list(dict.fromkeys(each["chunk_id"] for each in row.result.get("citations") or []))[:PASSAGES]
            yield AnnotationTask(
                base=base, draft=row, reason=Reason.EDITED, weight=WEIGHTS[Reason.EDITED], question=row.question, answer=row.text,
                instead=row.sent, suggested=[[chunk, 1.0] for chunk in found],
            )  # fmt: skip


def _known(field: str):
    return AnnotationTask.objects.filter(**{f"{field}__isnull": False}).values(field)
