"""The queue of what people should look at, because it teaches most."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.models import Turn
from knowledge.models import KnowledgeBase
from scrm.access.querysets import VisibleQuerySet
from training.models.feedback import AnswerRating


class AnnotationQuerySet(VisibleQuerySet):
    container_path = "base"


class AnnotationTask(models.Model):
    """One question with its answer and what was found, waiting for a person's word.

    OPEN (claimed by `claimed_by` until `lease_until`) -> DONE | REJECTED. Grades of passages are SearchJudgement rows, a corrected answer is
    an approved answer: both are used at once, and both are what datasets are frozen from. `suggested`: what the model thought of the
    passages (relevance 0-1 by chunk), apart from what people say. Texts are masked.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DONE = "done", _("done")
        REJECTED = "rejected", _("rejected")

    class Reason(models.TextChoices):
        UNSOLVED = "unsolved", _("not solved")
        DISLIKED = "disliked", _("disliked by a colleague")
        REVIEWED = "reviewed", _("changed or rejected in review")
        REFUSED = "refused", _("refused although something was found")
        CONTROL = "control", _("random control")

    class Error(models.TextChoices):
        RETRIEVAL = "retrieval", _("wrong passage found")
        OUTDATED = "outdated", _("outdated document")
        READING = "reading", _("right passage, wrong answer")
        TONE = "tone", _("wrong tone")
        MISSING = "missing", _("knowledge is missing")
        NONE = "none", _("nothing was wrong")

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="+", verbose_name=_("knowledge base"))
    turn = models.OneToOneField(Turn, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    rating = models.OneToOneField(AnswerRating, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    weight = models.PositiveSmallIntegerField(default=1, help_text="Higher comes first.")
    question = models.TextField(_("question"))
    answer = models.TextField(blank=True)
    suggested = models.JSONField(default=list, blank=True, help_text="[chunk id, relevance], best first")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    claimed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    lease_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=10, choices=Error, blank=True)
    corrected = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        ordering = ["-weight", "-id"]
        verbose_name = _("annotation task")
        verbose_name_plural = _("annotation tasks")
        constraints = [models.CheckConstraint(condition=Q(turn__isnull=False) | Q(rating__isnull=False), name="annotation_has_cause")]
        indexes = [models.Index(fields=["base", "-weight", "-id"], condition=Q(state="open"), name="annotation_waiting")]

    def __str__(self) -> str:
        return self.question[:80]
