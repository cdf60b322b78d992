from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.choices import TrialState
from knowledge.models.bases import KnowledgeBase
from knowledge.models.documents import Document
from scrm.access.querysets import VisibleQuerySet


class SearchQuestionQuerySet(VisibleQuerySet):
    container_path = "base"


class SearchQuestion(models.Model):
    """A question whose right passages people have named. `asked`: again whenever weights change; the others only hold labels."""

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="search_questions", verbose_name=_("knowledge base"))
    text = models.CharField(_("question"), max_length=500)
    asked = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SearchQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["base", "-id"]
        verbose_name = _("test question")
        verbose_name_plural = _("test questions")
        constraints = [models.UniqueConstraint(fields=["base", "text"], name="search_question_in_base")]

    def __str__(self) -> str:
        return self.text


class SearchJudgement(models.Model):
    """A person's word on one passage for a test question: what it is worth, 0 wrong, 1 partly, 2 right. Training learns from these.

    The passage is kept by its content's hash and text, so that the judgement outlives a new version of the document.
    """

    question = models.ForeignKey(SearchQuestion, on_delete=models.CASCADE, related_name="judgements")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    content_hash = models.CharField(max_length=64)
    text = models.TextField()
    grade = models.PositiveSmallIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["question", "-grade", "id"]
        constraints = [
            models.UniqueConstraint(fields=["question", "document", "content_hash", "author"], name="search_judgement_once"),
            models.CheckConstraint(condition=models.Q(grade__lte=2), name="search_judgement_grade"),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.grade}"


class TuningTrial(models.Model):
    """Search weights tried on the test questions of a base by an interactive worker, before anyone applies them.

    QUEUED -> RUNNING (leased) -> DONE | FAILED. `weights`: as in KnowledgeBase.tuning; `before`: those in force when it ran.
    `result`: what knowledge.services.trials makes of it.
    """

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="trials")
    weights = models.JSONField(default=dict, blank=True)
    before = models.JSONField(default=dict, blank=True)
    state = models.CharField(max_length=8, choices=TrialState, default=TrialState.QUEUED)
    lease_until = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = SearchQuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["base", "-id"], name="trial_by_base")]

    def __str__(self) -> str:
        return f"{self.base_id}: {self.weights}"
