"""What a person says in a conversation."""

import uuid

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from conversations.choices import Author, Holder
from conversations.models import Conversation, OutboundMessage
from conversations.services.drafts import draft_sent_in_tx
from conversations.services.handover import ANSWER
from conversations.services.locking import open_conversation_locked_in_tx
from conversations.services.outbox import outbound_queue_in_tx
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid
from scrm.privacy.vault import require_kept, text_mask_in_tx

MAX_REPLY = 4000


def agent_reply(*, actor, conversation: Conversation, text: str, key: str = "", draft_id: int = 0) -> OutboundMessage:
    """Send the actor's words to the customer through the outbox. They are stored masked; the customer reads them as they were written.

    `key`: a form's own id, so that a form sent twice is one message. `draft_id`: the draft that the words began from. NotAllowed without the right on the account; Invalid for an
    empty or over-long text; Conflict unless the actor holds the conversation; ValueGone for a placeholder whose value has expired.
    """
    policy.require(actor, ANSWER, conversation.account)
    words = text.strip()
    if not words or len(words) > MAX_REPLY:
        raise Invalid(_("Write a reply of at most %(limit)s characters.") % {"limit": MAX_REPLY})
    with transaction.atomic(durable=True):
        row = open_conversation_locked_in_tx(conversation.pk)
        if row.holder != Holder.PERSON or row.assignee_id != actor.pk:
            raise Conflict(_("Take the conversation over before you answer."))
        require_kept(row.vault, words)
        masked = text_mask_in_tx(row.vault, words)
        outbound = outbound_queue_in_tx(
            conversation=row, key=f"agent:{row.pk}:{key or uuid.uuid4().hex}"[:120], text=masked, author=Author.AGENT, user=actor
        )
        if draft_id:
            draft_sent_in_tx(actor=actor, conversation=row, draft_id=draft_id, masked=masked)
        audit_record(actor=actor, action="conversation.reply", subject=row, detail={"outbound": outbound.pk})
    return outbound
