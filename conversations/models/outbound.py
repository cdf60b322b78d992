from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.choices import Author, OutboundState
from conversations.models.conversations import Conversation, Message
from conversations.models.turns import Turn
from scrm.access.querysets import VisibleQuerySet
from scrm.core.querysets import ClaimQuerySet


class OutboundQuerySet(VisibleQuerySet, ClaimQuerySet):
    container_path = "conversation__account"


WAITING_STATES = (OutboundState.QUEUED, OutboundState.SENDING, OutboundState.RETRY, OutboundState.UNKNOWN)


class OutboundMessage(models.Model):
    """What we owe a customer, sent exactly once and in order of id within a conversation.

    QUEUED -> SENDING -> SENT | RETRY (at `next_attempt_at`) | UNKNOWN (time-out: sent again under the same id, which the
    channel refuses as duplicate when it had arrived) | FAILED. `event_code`: sent through send_msg_on_event (welcome), else null.
    `text` and the parts in `payload` are masked; values are put in when they leave, and are stored nowhere.
    `idempotency_key` names the cause (turn:12:0, agent:uuid, welcome:code), so a cause is queued once.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="outbound")
    idempotency_key = models.CharField(max_length=120, unique=True)
    author = models.CharField(max_length=10, choices=Author)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    turn = models.ForeignKey(Turn, null=True, blank=True, on_delete=models.SET_NULL, related_name="outbound")
    message = models.OneToOneField(Message, null=True, blank=True, on_delete=models.SET_NULL, related_name="outbound")
    kind = models.CharField(max_length=20, default="text")
    text = models.TextField()
    payload = models.JSONField(default=dict, blank=True)
    event_code = models.CharField(max_length=200, blank=True)

    state = models.CharField(max_length=10, choices=OutboundState, default=OutboundState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OutboundQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("outbound message")
        verbose_name_plural = _("outbound messages")
        indexes = [models.Index(fields=["conversation", "id"], condition=Q(state__in=WAITING_STATES), name="outbound_waiting")]

    def __str__(self) -> str:
        return f"{self.idempotency_key} {self.state}"
