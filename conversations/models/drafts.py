from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.choices import QuestionState
from conversations.models.conversations import Conversation
from scrm.core.querysets import ClaimQuerySet


class ReplyDraft(models.Model):
    """What the bot would say next in a conversation, for the person who holds it. Written by an interactive worker; all texts masked.

    QUEUED -> RUNNING (leased) -> DONE | FAILED. `result`: {text, refused, reason, writer, topics, citations}, while it is written {written,
    hits}. `sent`: the reply that began from it; where it differs, the difference teaches.
    """

    conversation = models.ForeignKey(Conversation, on_delete=models.CASCADE, related_name="drafts")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    question = models.TextField(_("question"), blank=True)
    state = models.CharField(max_length=8, choices=QuestionState, default=QuestionState.QUEUED)
    lease_until = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    sent = models.TextField(_("words sent"), blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("draft of a reply")
        verbose_name_plural = _("drafts of replies")
        indexes = [models.Index(fields=["state", "lease_until"], name="draft_to_claim")]

    def __str__(self) -> str:
        return self.question[:60]

    @property
    def text(self) -> str:
        return self.result.get("text", "")
