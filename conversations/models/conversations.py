from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.choices import Author, ConversationState, Holder
from conversations.models.channels import ChannelAccount, ChannelIdentity
from scrm.access.querysets import VisibleQuerySet
from scrm.core.querysets import ClaimQuerySet


class ConversationQuerySet(VisibleQuerySet, ClaimQuerySet):
    container_path = "account"


class Conversation(models.Model):
    """What one customer and we say to each other until it is closed.

    Holder: BOT -> WAITING (offered to people) -> PERSON (an agent took over) -> BOT (handed back). In PERSON the bot is silent.
    `answered_up_to` is the id of the last customer message that needs nothing more from the bot: answered, taken over by a person,
    or older than our first start. `answer_at`: until then the customer may still be writing (conversations/services/bursts).
    """

    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="conversations")
    identity = models.ForeignKey(ChannelIdentity, on_delete=models.CASCADE, related_name="conversations")
    state = models.CharField(max_length=8, choices=ConversationState, default=ConversationState.OPEN)
    holder = models.CharField(max_length=8, choices=Holder, default=Holder.BOT)
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="conversations")
    handover_reason = models.CharField(max_length=300, blank=True)
    answered_up_to = models.BigIntegerField(default=0)
    answer_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_message_at = models.DateTimeField(null=True, blank=True)
    last_customer_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ConversationQuerySet.as_manager()

    class Meta:
        ordering = ["-last_message_at"]
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        permissions = [
            ("answer_conversation", "May take over and answer conversations"),
            ("reveal_personal", "May see masked personal data"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["identity"], condition=Q(state=ConversationState.OPEN), name="conversation_one_open"),
            models.CheckConstraint(
                condition=~Q(holder=Holder.PERSON) | Q(assignee__isnull=False) | Q(handover_reason__gt=""),
                name="conversation_person_is_named",
            ),
        ]
        indexes = [
            models.Index(fields=["account", "-last_message_at"], name="conversation_inbox"),
            models.Index(fields=["answer_at"], condition=Q(answer_at__isnull=False), name="conversation_due"),
        ]

    def __str__(self) -> str:
        return f"#{self.pk}"

    @property
    def vault(self) -> str:
        """The namespace that the placeholders of its texts belong to."""
        return f"conversation:{self.pk}"


class Message(models.Model):
    """One message in a thread, in either direction. `external_id`: the channel's id, or ours for what we sent.

    `text` is what a person reads, masked: what its placeholders stand for is in the vault of the conversation. `payload`: the channel's
    fields that hold no words (menu_id, media_id...). Immutable but for `recalled_at`.
    """

    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="messages")
    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="messages")
    external_id = models.CharField(max_length=128)
    author = models.CharField(max_length=10, choices=Author)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=30, default="text")
    text = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    sent_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    recalled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="message_once")]
        indexes = [models.Index(fields=["conversation", "id"], name="message_thread")]

    def __str__(self) -> str:
        return f"{self.author}: {self.text[:40]}"
