"""Between bot and person: BOT -> WAITING (offered) -> PERSON (taken over) -> BOT (handed back). Closing ends it."""

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.choices import Author, ConversationState, Holder
from conversations.models import Conversation
from conversations.services.locking import conversation_locked_in_tx, open_conversation_locked_in_tx
from conversations.services.satisfaction import satisfaction_ask_in_tx
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict
from scrm.privacy.vault import text_mask_in_tx

ANSWER = "conversations.answer_conversation"
REASON_LENGTH = 300
# Why the bot is silent when a servicer answers in the WeCom client instead of at our desk.
IN_WECOM_CLIENT = _("A colleague answers in the WeCom client.")


def offer_in_tx(conversation: Conversation, reason: str) -> None:
    """Offer a locked, open conversation to people; the bot goes on until one takes it. No effect when it is offered or held already."""
    if conversation.holder != Holder.BOT:
        return
    conversation.holder = Holder.WAITING
    conversation.handover_reason = reason[:REASON_LENGTH]
    conversation.save(update_fields=["holder", "handover_reason"])


def conversation_offer(*, conversation: Conversation, reason: str, actor=None) -> Conversation:
    """Offer the conversation to a person. `actor=None` is the system. Conflict when it is closed."""
    policy.require(actor, ANSWER, conversation.account)
    with transaction.atomic(durable=True):
        row = open_conversation_locked_in_tx(conversation.pk)
        reason = text_mask_in_tx(row.vault, reason)
        offer_in_tx(row, reason)
        audit_record(actor=actor, action="conversation.offer", subject=row, detail={"reason": reason[:REASON_LENGTH]})
    return row


def conversation_take_over(*, actor, conversation: Conversation) -> Conversation:
    """The actor holds the conversation; a turn of the bot that is under way will say nothing.

    NotAllowed without the right on the account; Conflict when it is closed or another person holds it.
    """
    policy.require(actor, ANSWER, conversation.account)
    with transaction.atomic(durable=True):
        row = open_conversation_locked_in_tx(conversation.pk)
        if row.holder == Holder.PERSON and row.assignee_id not in (None, actor.pk):
            raise Conflict(_("A colleague holds this conversation already."))
        row.holder, row.assignee = Holder.PERSON, actor
        row.save(update_fields=["holder", "assignee"])
        audit_record(actor=actor, action="conversation.take_over", subject=row)
    return row


def conversation_hand_back(*, actor, conversation: Conversation) -> Conversation:
    """The bot answers again, beginning with the next message: what came before was the person's matter.

    NotAllowed; Conflict when it is closed or the bot holds it already.
    """
    policy.require(actor, ANSWER, conversation.account)
    with transaction.atomic(durable=True):
        row = open_conversation_locked_in_tx(conversation.pk)
        if row.holder == Holder.BOT:
            raise Conflict(_("The bot holds this conversation already."))
        latest = row.messages.filter(author=Author.CUSTOMER).aggregate(latest=Max("id"))["latest"] or 0
        row.holder, row.assignee, row.handover_reason = Holder.BOT, None, ""
        row.answered_up_to = max(row.answered_up_to, latest)
        row.save(update_fields=["holder", "assignee", "handover_reason", "answered_up_to"])
        audit_record(actor=actor, action="conversation.hand_back", subject=row)
    return row


def conversation_close(*, actor, conversation: Conversation) -> Conversation:
    """End the conversation; the customer's next message opens a new one. Closing a closed one changes nothing."""
    policy.require(actor, ANSWER, conversation.account)
    with transaction.atomic(durable=True):
        row = conversation_locked_in_tx(conversation.pk)
        if row.state == ConversationState.OPEN:
            row.state, row.closed_at = ConversationState.CLOSED, timezone.now()
            row.save(update_fields=["state", "closed_at"])
            satisfaction_ask_in_tx(row)
            audit_record(actor=actor, action="conversation.close", subject=row)
    return row
