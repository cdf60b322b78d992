"""Showing a masked value to a colleague: by role and account, one value at a time, and never without an audit entry."""

from django.db import transaction

from conversations.models import Conversation
from conversations.selectors import REVEAL
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.privacy.vault import value_of

__all__ = ["REVEAL", "value_reveal"]


def value_reveal(*, actor, conversation: Conversation, placeholder: str, of_card: bool = False) -> str:
    """What the placeholder stands for in the conversation, or `of_card` on its customer's card.

    The audit entry says who, where, which kind and number; never the value. Without the entry there is no value. Raises NotAllowed
    without the permission or a grant on the account, NotFound, ValueGone when it has expired, SecretUnreadable.
    """
    policy.require(actor, REVEAL, conversation.account)
    subject = conversation.identity.customer if of_card else conversation
    with transaction.atomic(durable=True):
        row, value = value_of(subject.vault, placeholder)
        audit_record(
            actor=actor,
            action="personal.reveal",
            subject=subject,
            detail={"kind": row.kind, "number": row.number, "conversation": conversation.pk},
        )
    return value
