"""Whether customers were content with a whole conversation."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from conversations.choices import Author
from conversations.models.conversations import Conversation
from scrm.access.querysets import VisibleQuerySet

CONTENT = Q(scale=5, score__gte=4) | Q(scale=3, score=3)


class SatisfactionQuerySet(VisibleQuerySet):
    container_path = "conversation__account"


class Satisfaction(models.Model):
    """The customer was asked, once, after the conversation had ended: asked -> rated (`score` of 1 to `scale`) -> commented.

    `served_by`: the bot, or the person who wrote last; `agent` is empty when that was a servicer in the WeCom client. `comment` is masked.
    """

    conversation = models.OneToOneField(Conversation, on_delete=models.CASCADE, related_name="satisfaction")
    scale = models.PositiveSmallIntegerField()
    score = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True)
    served_by = models.CharField(max_length=10, choices=((Author.BOT, Author.BOT.label), (Author.AGENT, Author.AGENT.label)))
    agent = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    rated_at = models.DateTimeField(null=True, blank=True)

    objects = SatisfactionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("satisfaction")
        verbose_name_plural = _("satisfaction")
        constraints = [
            models.CheckConstraint(condition=Q(scale__in=(3, 5)), name="satisfaction_scale"),
            models.CheckConstraint(condition=Q(score=None) | Q(score__gte=1, score__lte=F("scale")), name="satisfaction_score_in_scale"),
        ]
        indexes = [models.Index(fields=["rated_at"], condition=Q(rated_at__isnull=False), name="satisfaction_rated")]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.score or '-'}/{self.scale}"

    @property
    def is_content(self) -> bool:
        return self.score is not None and self.score >= (4 if self.scale == 5 else 3)
