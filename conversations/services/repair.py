"""What a person does about a failure: take an event up again, send failed words once more."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conversations.choices import EventState, OutboundState
from conversations.models import InboundEvent, OutboundMessage
from conversations.services.handover import ANSWER
from conversations.services.locking import open_conversation_locked_in_tx
from conversations.services.outbox import outbound_queue_in_tx
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict
from scrm.core.tasks import send_after_commit

REPLAY = "conversations.change_channelaccount"


def event_replay(*, actor, event: InboundEvent) -> InboundEvent:
    """Take a callback up again as if it had just arrived. Harmless: messages we have are skipped. NotAllowed."""
    policy.require(actor, REPLAY, event.account)
    with transaction.atomic(durable=True):
        InboundEvent.objects.filter(pk=event.pk).update(state=EventState.RECEIVED, error="", done_at=None)
        audit_record(actor=actor, action="event.replay", subject=event)
        send_after_commit("conversations.account_pull", event.account_id)
    return event


def outbound_again(*, actor, outbound: OutboundMessage) -> OutboundMessage:
    """Queue words that did not arrive once more, under an id of their own; pressing twice queues once.

    NotAllowed without the right on the account; Conflict unless they have failed, or when the conversation is closed.
    """
    policy.require(actor, ANSWER, outbound.conversation.account)
    with transaction.atomic(durable=True):
        conversation = open_conversation_locked_in_tx(outbound.conversation_id)
        row = OutboundMessage.objects.get(pk=outbound.pk)
        if row.state != OutboundState.FAILED:
            raise Conflict(_("Only a message that failed can be sent again."))
        again = outbound_queue_in_tx(conversation=conversation, key=f"again:{row.pk}", text=row.text, author=row.author, user=actor, turn=row.turn)
        audit_record(actor=actor, action="outbound.again", subject=row, detail={"outbound": again.pk})
    return again
