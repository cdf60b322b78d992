from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.choices import ChannelKind, EventState, Scale
from knowledge.models import KnowledgeBase
from scrm.access.querysets import VisibleQuerySet
from scrm.core.crypto import EncryptedJSONField
from scrm.core.querysets import ClaimQuerySet
from scrm.customers.models import Customer


class ChannelAccount(models.Model):
    """One account that customers write to. Its bases are the bot's whole scope, whatever staff may see.

    `config`: public settings by channel kind (wecom_kf: corp_id, open_kfid). `secrets`: encrypted, never shown again
    (wecom_kf: secret, token, aes_key). `cursor`: how far messages were pulled, saved in the transaction that stores them.
    One worker pulls at a time, under a session lock. `simulated`: talks to the simulator. `idle_minutes`: with `asks_satisfaction` on, a
    conversation the bot holds ends after so long a silence (0: never), and its customer may be asked.
    """

    kind = models.CharField(_("channel"), max_length=20, choices=ChannelKind, default=ChannelKind.WECOM_KF)
    name = models.SlugField(_("name"), max_length=60, unique=True, allow_unicode=True)
    enabled = models.BooleanField(_("enabled"), default=True)
    simulated = models.BooleanField(default=False, editable=False)
    bases = models.ManyToManyField(KnowledgeBase, blank=True, related_name="channel_accounts", verbose_name=_("knowledge bases"))
    config = models.JSONField(default=dict)
    secrets = EncryptedJSONField(default=dict, editable=False)
    welcome_text = models.TextField(_("welcome message"), blank=True)
    asks_satisfaction = models.BooleanField(_("ask for a rating after the conversation"), default=False)
    satisfaction_scale = models.PositiveSmallIntegerField(_("scale"), choices=Scale, default=Scale.FIVE)
    satisfaction_text = models.CharField(_("wording sent to the customer"), max_length=200, blank=True)
    idle_minutes = models.PositiveIntegerField(_("minutes of silence that end a conversation"), default=30)
    created_at = models.DateTimeField(auto_now_add=True)

    cursor = models.CharField(max_length=200, blank=True, editable=False)
    pulled_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_error = models.TextField(blank=True, editable=False)
    last_error_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = VisibleQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("channel account")
        verbose_name_plural = _("channel accounts")
        permissions = [("use_channelaccount", "May use this channel account")]

    def __str__(self) -> str:
        return self.name


class InboundEvent(models.Model):
    """A callback as it arrived, decrypted. RECEIVED -> DONE | FAILED (kept for replay)."""

    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="events")
    event_key = models.CharField(max_length=128)
    payload = models.JSONField()
    state = models.CharField(max_length=10, choices=EventState, default=EventState.RECEIVED)
    error = models.TextField(blank=True)
    received_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("inbound event")
        verbose_name_plural = _("inbound events")
        constraints = [models.UniqueConstraint(fields=["account", "event_key"], name="event_once")]
        indexes = [
            models.Index(fields=["account", "id"], condition=models.Q(state=EventState.RECEIVED), name="event_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.event_key}"


class ChannelIdentity(models.Model):
    """A customer as one account knows them (wecom_kf: external_userid)."""

    account = models.ForeignKey(ChannelAccount, on_delete=models.CASCADE, related_name="identities")
    external_id = models.CharField(max_length=128)
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    profile = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("channel identity")
        verbose_name_plural = _("channel identities")
        constraints = [models.UniqueConstraint(fields=["account", "external_id"], name="identity_once")]

    def __str__(self) -> str:
        return self.external_id
