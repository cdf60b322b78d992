from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.choices import ReviewState, RiskLevel
from conversations.models.turns import Turn
from scrm.access.querysets import VisibleQuerySet


class ReviewQuerySet(VisibleQuerySet):
    container_path = "turn__conversation__account"


class RiskRule(models.Model):
    """What makes an answer wait for a person: words or regular expressions, one a line, matched in question and answer.

    `topic` is the name in Chinese, which turns and reviews keep; `name_en` what people who work in English read.
    """

    topic = models.CharField(_("topic"), max_length=60, unique=True)
    name_en = models.CharField(_("English name"), max_length=60, blank=True)
    level = models.CharField(_("level"), max_length=10, choices=RiskLevel, default=RiskLevel.REVIEW)
    question_patterns = models.TextField(_("patterns in the question"), blank=True)
    answer_patterns = models.TextField(_("patterns in the answer"), blank=True)
    enabled = models.BooleanField(_("enabled"), default=True)

    class Meta:
        ordering = ["topic"]
        verbose_name = _("risk rule")
        verbose_name_plural = _("risk rules")

    def __str__(self) -> str:
        return self.topic


class ReviewTask(models.Model):
    """An answer that waits for people. OPEN -> APPROVED (sent, as is or edited) | REJECTED (the conversation goes to a person).

    At level DOUBLE two different people approve the same words, and who wrote them is not one of the two: an edit becomes `proposed`
    and approvals begin anew. After `due_at` the conversation is offered to a person too (`escalated_at`).
    """

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="reviews")
    topics = models.JSONField(default=list)
    level = models.CharField(max_length=10, choices=RiskLevel, default=RiskLevel.REVIEW)
    draft = models.TextField()
    proposed = models.TextField(blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    due_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)
    final = models.TextField(blank=True)
    note = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=ReviewState, default=ReviewState.OPEN)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("review task")
        verbose_name_plural = _("review tasks")
        permissions = [("decide_reviewtask", "May approve or reject answers in review")]
        constraints = [models.UniqueConstraint(fields=["turn"], condition=Q(state=ReviewState.OPEN), name="review_one_open")]

    def __str__(self) -> str:
        return f"{self.turn_id} {self.state}"

    @property
    def words(self) -> str:
        """What would be sent: the draft, or a colleague's edit of it."""
        return self.proposed or self.draft

    @property
    def is_overdue(self) -> bool:
        return self.state == ReviewState.OPEN and self.due_at is not None and self.due_at < timezone.now()


class ReviewApproval(models.Model):
    """One person's yes to the words as they stand; an edit removes it."""

    task = models.ForeignKey(ReviewTask, on_delete=models.CASCADE, related_name="approvals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["task", "user"], name="review_approved_once")]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.user}"
