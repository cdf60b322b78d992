"""Conversations that nobody ends: after its account's time of silence the bot's one is closed, and the customer may be asked for a rating."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from conversations.choices import ConversationState, Holder, ReviewState, TurnState
from conversations.models import ChannelAccount, Conversation, OutboundMessage, ReviewTask
from conversations.models.outbound import WAITING_STATES
from conversations.services.satisfaction import satisfaction_ask_in_tx
from conversations.turn_selectors import unanswered_messages
from scrm.audit.services import audit_record

BATCH = 200


def conversations_end_idle() -> int:
    """End what has been silent long enough, in accounts that ask for ratings; how many."""
    return sum(conversation_end_idle(conversation_id=pk) for account in _asking() for pk in _silent(account))


def conversation_end_idle(*, conversation_id: int) -> bool:
    """End one conversation; False when somebody has spoken meanwhile, a person is wanted, or something is still to be said."""
    with transaction.atomic(durable=True):
        rows = Conversation.objects.select_for_update(of=("self",), skip_locked=True).select_related("account")
        row = rows.filter(pk=conversation_id, state=ConversationState.OPEN, holder=Holder.BOT).first()
        if row is None or not _is_silent(row) or _owes(row):
            return False
        row.state, row.closed_at = ConversationState.CLOSED, timezone.now()
        row.save(update_fields=["state", "closed_at"])
        satisfaction_ask_in_tx(row)
        audit_record(actor=None, action="conversation.idle", subject=row)
    return True


def _asking():
    return ChannelAccount.objects.filter(enabled=True, asks_satisfaction=True, idle_minutes__gt=0)


def _silent(account: ChannelAccount) -> list[int]:
    rows = Conversation.objects.filter(
        account=account, state=ConversationState.OPEN, holder=Holder.BOT, last_message_at__lt=_limit(account)
    )
    return list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])


def _limit(account: ChannelAccount):
    return timezone.now() - timedelta(minutes=account.idle_minutes)


def _is_silent(row: Conversation) -> bool:
    return row.last_message_at is not None and row.last_message_at < _limit(row.account)


def _owes(row: Conversation) -> bool:
    """Whether the customer still waits for something: an answer, its review, or its delivery."""
    return (
        unanswered_messages(row).exists()
        or row.turns.filter(state=TurnState.RUNNING).exists()
        or ReviewTask.objects.filter(turn__conversation=row, state=ReviewState.OPEN).exists()
        or OutboundMessage.objects.filter(conversation=row, state__in=WAITING_STATES).exists()
    )
