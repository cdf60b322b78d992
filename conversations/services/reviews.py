"""Answers that wait for a person. OPEN -> APPROVED (sent) | REJECTED (the conversation is offered to a person)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.choices import Author, ConversationState, ReviewState, TurnState
from conversations.models import ReviewTask, Turn
from conversations.services.handover import REASON_LENGTH, offer_in_tx
from conversations.services.locking import conversation_locked_in_tx, open_conversation_locked_in_tx
from conversations.services.outbox import outbound_queue_in_tx
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid

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


def review_approve(*, actor, task: ReviewTask, text: str | None = None) -> ReviewTask:
    """Send the draft, or `text` in its place. NotAllowed; Conflict when decided already or the conversation is closed; Invalid if empty."""
    policy.require(actor, DECIDE, task.turn.conversation.account)
    with transaction.atomic(durable=True):
        conversation = open_conversation_locked_in_tx(task.turn.conversation_id)
        row = _open_task_locked_in_tx(task)
        final = (row.draft if text is None else text).strip()
        if not final:
            raise Invalid(_("An answer cannot be empty."))
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
        audit_record(actor=actor, action="review.approve", subject=row, detail={"turn": row.turn_id, "edited": edited})
    return row


def review_reject(*, actor, task: ReviewTask, note: str = "") -> ReviewTask:
    """Do not send the draft; an open conversation is offered to a person. NotAllowed; Conflict when decided already."""
    policy.require(actor, DECIDE, task.turn.conversation.account)
    with transaction.atomic(durable=True):
        conversation = conversation_locked_in_tx(task.turn.conversation_id)
        row = _open_task_locked_in_tx(task)
        _decide_in_tx(row, actor=actor, state=ReviewState.REJECTED, turn_state=TurnState.REJECTED, note=note.strip())
        if conversation.state == ConversationState.OPEN:
            offer_in_tx(conversation, (note.strip() or str(_("The answer was rejected in review.")))[:REASON_LENGTH])
        audit_record(actor=actor, action="review.reject", subject=row, detail={"turn": row.turn_id})
    return row
