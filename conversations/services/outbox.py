"""Putting words into the outbox; conversations.outbound_run carries them to the customer."""

from conversations.choices import Author
from conversations.models import Conversation, OutboundMessage, Turn
from scrm.core.tasks import send_after_commit


def outbound_queue_in_tx(
    *,
    conversation: Conversation,
    key: str,
    text: str,
    author: str = Author.BOT,
    user=None,
    turn: Turn | None = None,
    kind: str = "text",
    payload: dict | None = None,
    event_code: str = "",
) -> OutboundMessage:
    """Queue one message of masked words for `key`; a key that is queued already gives the row there is. Sent after the caller's commit.

    `event_code`: an event's single-use code to send it by (a welcome).
    """
    row, _made = OutboundMessage.objects.get_or_create(
        idempotency_key=key,
        defaults={
            "conversation": conversation,
            "author": author,
            "user": user,
            "turn": turn,
            "kind": kind,
            "text": text,
            "payload": payload or {},
            "event_code": event_code,
        },
    )
    send_after_commit("conversations.outbound_run", conversation.pk)
    return row
