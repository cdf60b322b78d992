"""Deleting what is known of one customer: every word of every conversation, the profile, and the values in the vault."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.choices import ConversationState
from conversations.models import ChannelIdentity, Conversation, Message, OutboundMessage, ReplyDraft, ReviewTask, Satisfaction, Turn
from conversations.models.outbound import WAITING_STATES
from conversations.signals import turns_erased
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict
from scrm.customers.models import Customer
from scrm.privacy.vault import values_erase_in_tx

ERASE = "customers.erase_customer"
ERASED = "[已清除]"  # what stands in the place of words; customers never read it


@dataclass(frozen=True)
class Erased:
    """How many rows lost their words."""

    conversations: int
    messages: int
    values: int


def customer_erase(*, actor, customer: Customer) -> Erased:
    """Empty all texts, the profile and the vault of the customer; who spoke when, and the audit log (which holds no words), stay.

    The channel's own id stays too: whoever writes again is the same, unknown, person. NotAllowed; Conflict while a conversation is open or
    something waits to be sent.
    """
    policy.require(actor, ERASE)
    with transaction.atomic(durable=True):
        conversations = list(Conversation.objects.select_for_update(of=("self",)).filter(identity__customer=customer).order_by("pk"))
        _require_quiet(conversations)
        turns = list(Turn.objects.filter(conversation__in=conversations).values_list("pk", flat=True))
        messages = _words_erase_in_tx(conversations)
        values = values_erase_in_tx([customer.vault, *(row.vault for row in conversations)])
        ChannelIdentity.objects.filter(customer=customer).update(profile={"unknown": True})
        Customer.objects.filter(pk=customer.pk).update(name="", remark="", avatar_url="")
        customer.tags.clear()
        erased = Erased(len(conversations), messages, values)
        transaction.on_commit(lambda: turns_erased.send(sender=Customer, turn_ids=turns), robust=True)
        audit_record(actor=actor, action="customer.erase", subject=customer, detail=vars(erased))
    return erased


def _require_quiet(conversations: list[Conversation]) -> None:
    waiting = OutboundMessage.objects.filter(conversation__in=conversations, state__in=WAITING_STATES)
    if any(row.state == ConversationState.OPEN for row in conversations) or waiting.exists():
        raise Conflict(_("End the customer's conversations first: nothing may wait to be answered or sent."))


def _words_erase_in_tx(conversations: list[Conversation]) -> int:
    for outbound in OutboundMessage.objects.filter(conversation__in=conversations):
        kept = {"external_ids": outbound.payload["external_ids"]} if "external_ids" in outbound.payload else {}
        OutboundMessage.objects.filter(pk=outbound.pk).update(text=ERASED, payload=kept)
    Turn.objects.filter(conversation__in=conversations).update(question="", answer="", reason="", trace=[])
    ReplyDraft.objects.filter(conversation__in=conversations).update(question="", result={}, sent="", error="")
    ReviewTask.objects.filter(turn__conversation__in=conversations).update(draft=ERASED, proposed="", final="", note="")
    Satisfaction.objects.filter(conversation__in=conversations).update(comment="")
    told = Conversation.objects.filter(~Q(handover_reason=""), pk__in=[row.pk for row in conversations])
    told.update(handover_reason=ERASED)
    return Message.objects.filter(conversation__in=conversations).update(text=ERASED, payload={})
