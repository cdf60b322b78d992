from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.choices import QuestionState
from knowledge.models import KnowledgeBase
from scrm.core.querysets import ClaimQuerySet


class Question(models.Model):
    """A colleague's question on the ask or the search test page, answered by an interactive worker (the web process holds no model).

    QUEUED -> RUNNING (leased) -> DONE | FAILED. `result`: what bot.outcome_payload gives. Private to the person who asked.
    """

    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="questions")
    bases = models.ManyToManyField(KnowledgeBase, related_name="+")
    search_only = models.BooleanField(default=False)
    as_customer = models.BooleanField(default=False, help_text="Without documents for staff, as the bot searches for a customer.")
    text = models.TextField(_("question"))
    state = models.CharField(max_length=8, choices=QuestionState, default=QuestionState.QUEUED)
    lease_until = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        indexes = [models.Index(fields=["asked_by", "-id"], name="question_mine")]

    def __str__(self) -> str:
        return self.text[:60]
