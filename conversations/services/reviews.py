"""Answers that wait for people. OPEN -> APPROVED (sent) | REJECTED (the conversation is offered to a person)."""

from collections.abc import Sequence
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.bot.live import no_longer_said
from conversations.bot.steps.risk import PEOPLE
from conversations.choices import Author, ConversationState, ReviewState, RiskLevel, TurnState
from conversations.models import Conversation, ReviewTask, RiskRule, Turn
from conversations.services.approvals import approved_keep_in_tx
from conversations.services.handover import REASON_LENGTH, offer_in_tx
from conversations.services.locking import conversation_locked_in_tx, open_conversation_locked_in_tx
from conversations.services.outbox import outbound_queue_in_tx
from conversations.signals import review_decided
from knowledge.types import Scope
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid
from scrm.privacy.vault import text_mask_in_tx

DECIDE = "conversations.decide_reviewtask"


def _open_task_locked_in_tx(task: ReviewTask) -> ReviewTask:
    row = ReviewTask.objects.select_for_update(of=("self",)).select_related("turn").get(pk=task.pk)
    if row.state != ReviewState.OPEN:
        raise Conflict(_("This answer has been decided already."))
    return row


def _decide_in_tx(row: ReviewTask, *, actor, state: ReviewState, turn_state: TurnState, **changes) -> None:
    for name, value in changes.items():
        setattr(row, name, value)
    row.state, row.decided_by, row.decided_at = state, actor, timezone.now()
    row.save(update_fields=["state", "decided_by", "decided_at", *changes])
    Turn.objects.filter(pk=row.turn_id, state=TurnState.IN_REVIEW).update(state=turn_state)


def review_open_in_tx(*, turn: Turn, topics: Sequence[str], draft: str) -> ReviewTask:
    """The turn's one open task. Its level is that of the strictest rule among the topics."""
    double = RiskRule.objects.filter(topic__in=topics, level=RiskLevel.DOUBLE).exists()
    task, _made = ReviewTask.objects.get_or_create(
        turn=turn,
        state=ReviewState.OPEN,
        defaults={
            "topics": list(topics),
            "draft": draft,
            "level": RiskLevel.DOUBLE if double else RiskLevel.REVIEW,
            "due_at": timezone.now() + timedelta(minutes=settings.REVIEW_DEADLINE_MIN),
        },
    )
    return task


def review_approve(*, actor, task: ReviewTask, text: str | None = None) -> ReviewTask:
    """Say yes to the words, or to `text` in their place; they are sent when enough people have.

    The task is APPROVED then, else still OPEN. Raises NotAllowed; Conflict when decided already, approved by the actor before, written by
    the actor (level DOUBLE), the conversation is closed, or the bot's own words rest on a document that does not say them to customers
    any more; Invalid if empty.
    """
    policy.require(actor, DECIDE, task.turn.conversation.account)
    with transaction.atomic(durable=True):
        conversation = open_conversation_locked_in_tx(task.turn.conversation_id)
        row = _open_task_locked_in_tx(task)
        final = (row.words if text is None else text).replace("\r\n", "\n").strip()  # as a browser's form ends its lines
        if not final:
            raise Invalid(_("An answer cannot be empty."))
        final = text_mask_in_tx(conversation.vault, final, public=row.draft)
        if final == row.draft.strip():
            _require_sources(conversation, row)
        if row.level == RiskLevel.DOUBLE and not _agreed_in_tx(row, actor, final):
            return row
        _send_in_tx(conversation, row, actor, final)
    return row


def _require_sources(conversation: Conversation, row: ReviewTask) -> None:
    """A draft may wait for hours, and its documents may be changed, restricted or removed meanwhile. What a person wrote is theirs."""
    scope = Scope(tuple(conversation.account.bases.values_list("pk", flat=True)))
    gone = no_longer_said(row.turn.citations.all(), scope)
    if gone:
        why = _(
            "“%(title)s” does not say this to customers any more: it was changed, removed, has expired or is for staff only. Edit the answer or reject it."
        )
        raise Conflict(why % {"title": gone[0].title})


def _agreed_in_tx(row: ReviewTask, actor, words: str) -> bool:
    """Level DOUBLE: whether two people who did not write these words have said yes to them, the actor now among them."""
    if words != row.words.strip():
        row.proposed, row.proposed_by = words, actor
        row.save(update_fields=["proposed", "proposed_by"])
        row.approvals.all().delete()
        audit_record(actor=actor, action="review.edit", subject=row, detail={"turn": row.turn_id})
        return False
    if row.proposed_by_id == actor.pk:
        raise Conflict(_("You wrote these words; two colleagues have to approve them."))
    if row.approvals.filter(user=actor).exists():
        raise Conflict(_("You have approved this answer; a second colleague has to read it too."))
    row.approvals.create(user=actor)
    agreed = row.approvals.count() >= PEOPLE[row.level]
    if not agreed:
        audit_record(actor=actor, action="review.first_approval", subject=row, detail={"turn": row.turn_id})
    return agreed


def _send_in_tx(conversation: Conversation, row: ReviewTask, actor, final: str) -> None:
    _decide_in_tx(row, actor=actor, state=ReviewState.APPROVED, turn_state=TurnState.ANSWERED, final=final)
    edited = final != row.draft.strip()
    outbound_queue_in_tx(
        conversation=conversation,
        key=f"turn:{row.turn_id}:review",
        text=final,
        turn=row.turn,
        author=Author.AGENT if edited else Author.BOT,
        user=actor,
    )
    people = list(row.approvals.values_list("user_id", flat=True)) or [actor.pk]
    approved_keep_in_tx(actor=actor, row=row, final=final, people=people)
    _announce_in_tx(row)
    audit_record(actor=actor, action="review.approve", subject=row, detail={"turn": row.turn_id, "edited": edited, "people": people})


def _announce_in_tx(row: ReviewTask) -> None:
    transaction.on_commit(lambda: review_decided.send(sender=ReviewTask, task_id=row.pk))


def review_reject(*, actor, task: ReviewTask, note: str = "") -> ReviewTask:
    """Do not send the draft; an open conversation is offered to a person. NotAllowed; Conflict when decided already."""
    policy.require(actor, DECIDE, task.turn.conversation.account)
    with transaction.atomic(durable=True):
        conversation = conversation_locked_in_tx(task.turn.conversation_id)
        row = _open_task_locked_in_tx(task)
        note = text_mask_in_tx(conversation.vault, note.strip())
        _decide_in_tx(row, actor=actor, state=ReviewState.REJECTED, turn_state=TurnState.REJECTED, note=note)
        if conversation.state == ConversationState.OPEN:
            offer_in_tx(conversation, (note or str(_("The answer was rejected in review.")))[:REASON_LENGTH])
        _announce_in_tx(row)
        audit_record(actor=actor, action="review.reject", subject=row, detail={"turn": row.turn_id})
    return row


def reviews_escalate() -> int:
    """Tasks past their deadline: once each, the customer hears that it takes longer and the conversation is offered to a person."""
    late = ReviewTask.objects.filter(state=ReviewState.OPEN, escalated_at=None, due_at__lt=timezone.now())
    escalated = 0
    for pk, conversation_id in late.values_list("pk", "turn__conversation_id"):
        with transaction.atomic(durable=True):
            conversation = conversation_locked_in_tx(conversation_id)
            row = late.select_for_update(of=("self",)).filter(pk=pk).first()
            if row is None:
                continue
            ReviewTask.objects.filter(pk=pk).update(escalated_at=timezone.now())
            if conversation.state == ConversationState.OPEN:
                outbound_queue_in_tx(conversation=conversation, key=f"review:{pk}:late", text=settings.REVIEW_LATE_TEXT)
                offer_in_tx(conversation, str(_("An answer has waited too long for its review."))[:REASON_LENGTH])
            audit_record(actor=None, action="review.escalate", subject=row, detail={"turn": row.turn_id})
            escalated += 1
    return escalated
