"""What a person does about a failure: take an event up again, send failed words once more, turn an account off and on."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conversations.choices import EventState, OutboundState
from conversations.models import ChannelAccount, InboundEvent, OutboundMessage
from conversations.services.handover import ANSWER
from conversations.services.locking import open_conversation_locked_in_tx
from conversations.services.outbox import outbound_queue_in_tx
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict
from scrm.core.tasks import send_after_commit

CHANGE = "conversations.change_channelaccount"


def event_replay(*, actor, event: InboundEvent) -> InboundEvent:
    """Take a callback up again as if it had just arrived. Harmless: messages we have are skipped. NotAllowed."""
    policy.require(actor, CHANGE, event.account)
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
        again = outbound_queue_in_tx(
            conversation=conversation, key=f"again:{row.pk}", text=row.text, author=row.author, user=actor, turn=row.turn
        )
        audit_record(actor=actor, action="outbound.again", subject=row, detail={"outbound": again.pk})
    return again


def account_switch(*, actor, account: ChannelAccount, enabled: bool) -> ChannelAccount:
    """Turn an account on or off: off, nothing is fetched and nothing is sent. Without a change, no effect. NotAllowed."""
    policy.require(actor, CHANGE, account)
    with transaction.atomic(durable=True):
        changed = ChannelAccount.objects.filter(pk=account.pk).exclude(enabled=enabled).update(enabled=enabled)
        if changed:
            audit_record(actor=actor, action="channel_account.enable" if enabled else "channel_account.disable", subject=account)
    return account
