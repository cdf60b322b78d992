"""Verbs on the annotation queue: fill it, claim the next, say what is right, reject."""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Mod
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.choices import ReviewState, TurnState
from conversations.models import ReviewTask, Turn
from knowledge.services.approved import approved_answer_save
from knowledge.services.judgements import judgement_set
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid, NotFound
from scrm.core.locks import lock_in_tx
from scrm.core.querysets import lease_until
from training.models import AnnotationTask, AnswerRating, Feedback

CHANGE = "knowledge.change_document"
LEASE_S = 15 * 60
SINCE = timedelta(days=30)
CONTROL_EVERY = 20  # answered turns
MOST, PASSAGES = 500, 10
SHORTEST = 2  # characters
State, Reason = AnnotationTask.State, AnnotationTask.Reason
WEIGHTS = {Reason.UNSOLVED: 5, Reason.DISLIKED: 5, Reason.REVIEWED: 4, Reason.REFUSED: 2, Reason.CONTROL: 1}


def annotation_gather() -> int:
    """Queue what people objected to, what was refused although passages were found, and every CONTROL_EVERY-th answer; how many."""
    with transaction.atomic(durable=True):
        lock_in_tx("annotation", "gather")
        rows = [*_of_turns(), *_of_ratings()]
        AnnotationTask.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def annotation_claim(*, actor) -> AnnotationTask | None:
    """The most instructive task that nobody is at, kept for the actor for LEASE_S; the own one that is not finished before others."""
    policy.require(actor, CHANGE)
    now = timezone.now()
    with transaction.atomic(durable=True):
        rows = AnnotationTask.objects.visible_to(actor).filter(state=State.OPEN).select_for_update(skip_locked=True, of=("self",))
        mine = rows.filter(claimed_by=actor, lease_until__gt=now).first()
        task = mine or rows.filter(Q(lease_until=None) | Q(lease_until__lte=now)).first()
        if task:
            task.claimed_by, task.lease_until = actor, lease_until(LEASE_S)
            task.save(update_fields=["claimed_by", "lease_until"])
    return task


def annotation_finish(*, actor, task_id: int, grades: Mapping[int, int], error: str = "", corrected: str = "") -> AnnotationTask:
    """Keep the grades (chunk id -> 0 wrong, 1 partly, 2 right) and the corrected answer, which is found at once.

    Raises NotAllowed, NotFound, Invalid when nothing was said, Conflict when the task is someone else's by now.
    """
    if not grades and not corrected.strip() and not error:
        raise Invalid(_("Mark a passage, choose what was wrong, or correct the answer; or reject the task."))
    if error and error not in AnnotationTask.Error.values:
        raise Invalid(_("Choose one of the reasons."))
    task = _own(actor, task_id)
    for chunk, grade in grades.items():
        judgement_set(actor=actor, chunk_id=chunk, text=task.question, grade=grade)
    if corrected.strip():
        approved_answer_save(actor=actor, base=task.base, question=task.question, answer=corrected.strip())
    return _closed(actor, task, State.DONE, error=error, corrected=corrected.strip())


def annotation_reject(*, actor, task_id: int) -> AnnotationTask:
    """Nothing can be learned here: nonsense, personal, or no question. Raises NotAllowed, NotFound, Conflict."""
    return _closed(actor, _own(actor, task_id), State.REJECTED)


def annotation_skip(*, actor, task_id: int) -> None:
    """Leave it to someone else; it comes back when the lease would have ended. Raises NotAllowed, NotFound, Conflict."""
    task = _own(actor, task_id)
    AnnotationTask.objects.filter(pk=task.pk).update(claimed_by=None)


def annotations_export(*, actor) -> None:
    """Write down who takes the annotations out. Raises NotAllowed."""
    policy.require(actor, CHANGE)
    with transaction.atomic(durable=True):
        audit_record(actor=actor, action="annotation.export", subject=actor, detail={})


def _own(actor, task_id: int) -> AnnotationTask:
    task = AnnotationTask.objects.visible_to(actor).select_related("base").filter(pk=task_id).first()
    if task is None:
        raise NotFound
    policy.require(actor, CHANGE, task.base)
    if task.state != State.OPEN or task.claimed_by_id != actor.pk:
        raise Conflict(_("Someone else has this task now. Take the next one."))
    return task


def _closed(actor, task: AnnotationTask, state: str, **said) -> AnnotationTask:
    with transaction.atomic(durable=True):
        row = AnnotationTask.objects.select_for_update().get(pk=task.pk)
        if row.state != State.OPEN:
            raise Conflict(_("Someone else has this task now. Take the next one."))
        row.state, row.done_at, row.lease_until = state, timezone.now(), None
        for name, value in said.items():
            setattr(row, name, value)
        row.save()
        audit_record(actor=actor, action=f"annotation.{state}", subject=row, detail={"base": row.base_id})
    return row


def _of_turns() -> Iterator[AnnotationTask]:
    unsolved = Feedback.objects.filter(turn=OuterRef("pk"), value=Feedback.Value.UNSOLVED)
    edited = Q(state=ReviewState.APPROVED) & ~Q(final="") & ~Q(final=F("draft"))
    reviewed = ReviewTask.objects.filter(Q(state=ReviewState.REJECTED) | edited, turn=OuterRef("pk"))
    rows = Turn.objects.filter(created_at__gte=timezone.now() - SINCE).exclude(question="").exclude(pk__in=_known("turn"))
    rows = rows.annotate(unsolved=Exists(unsolved), reviewed=Exists(reviewed), place=Mod("pk", CONTROL_EVERY))
    control = Q(state=TurnState.ANSWERED, place=0)
    rows = rows.filter(Q(unsolved=True) | Q(reviewed=True) | Q(state=TurnState.REFUSED) | control)
    for turn in rows.select_related("conversation__account").order_by("-pk")[:MOST]:
        found, reason = _found(turn), _reason(turn)
        base = turn.conversation.account.bases.filter(scratch=False).order_by("pk").first()
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


def _known(field: str):
    return AnnotationTask.objects.filter(**{f"{field}__isnull": False}).values(field)
