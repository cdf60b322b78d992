"""People write in bursts: an answer waits until the customer has been quiet for a second, and no longer than their patience.

`Conversation.answer_at` is the moment a turn is due, written with the message itself. Workers look for due ones ten times a second
(conversations/due.py); a claim that comes earlier takes nothing, and whatever is lost on the way is found by the drain of turns.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Max, Min
from django.utils import timezone

from conversations.bot.steps.intent import asks_for_person
from conversations.models import Conversation, Message
from conversations.turn_selectors import unanswered_messages

MOST_DUE = 200

_TAKE = """
UPDATE conversations_conversation SET answer_at = NULL WHERE id IN (
    SELECT id FROM conversations_conversation WHERE answer_at <= clock_timestamp() ORDER BY answer_at LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING id
"""


def due_set_in_tx(conversation: Conversation, message: Message) -> None:
    """Say when a turn for this new message is due, on the locked conversation (the caller saves `answer_at`).

    A second after it, but at once for the fourth message, a tapped menu item and who asks for a person; three seconds after the first.
    """
    now = timezone.now()
    at_once = settings.BURST_QUIET_S <= 0 or _is_complete(message)
    conversation.answer_at = None if at_once else _due(conversation, now)


def is_early(conversation: Conversation) -> bool:
    """Whether the customer may still be writing."""
    return conversation.answer_at is not None and conversation.answer_at > timezone.now()


def bursts_due() -> list[int]:
    """Take the conversations that are due, each by one worker; the caller publishes their turns."""
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(_TAKE, [MOST_DUE])
        return [pk for (pk,) in cursor.fetchall()]


def _is_complete(message: Message) -> bool:
    return bool(message.payload.get("menu_id")) or (message.kind == "text" and asks_for_person(message.text))


def _due(conversation: Conversation, now: datetime) -> datetime | None:
    begun = conversation.turns.aggregate(last=Max("trigger"))["last"] or 0
    waiting = unanswered_messages(conversation).filter(pk__gt=begun).aggregate(count=Count("pk"), first=Min("created_at"))
    if waiting["count"] >= settings.BURST_MOST:
        return None
    patience = (waiting["first"] or now) + timedelta(seconds=settings.BURST_LONGEST_S)
    return min(now + timedelta(seconds=settings.BURST_QUIET_S), patience)
