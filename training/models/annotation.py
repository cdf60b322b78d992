"""The queue of what people should look at, because it teaches most."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.models import ReplyDraft, Turn
from knowledge.models import KnowledgeBase
from scrm.access.querysets import VisibleQuerySet
from training.models.feedback import AnswerRating


class AnnotationQuerySet(VisibleQuerySet):
    container_path = "base"


class OpinionQuerySet(VisibleQuerySet):
    container_path = "task__base"


class AnnotationPlan(models.Model):
    """How many people annotate each item of a base. Bases without a row: one. The random control share is always seen by two."""

    base = models.OneToOneField(KnowledgeBase, on_delete=models.CASCADE, related_name="+")
    people = models.PositiveSmallIntegerField(default=1)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        verbose_name = _("annotators of a base")
        verbose_name_plural = _("annotators of bases")
        constraints = [models.CheckConstraint(condition=Q(people__range=(1, 5)), name="annotation_people_few")]

    def __str__(self) -> str:
        return f"{self.base_id}: {self.people}"


class AnnotationTask(models.Model):
    """One question with its answer and what was found, waiting for the word of `wanted` people (AnnotationOpinion).

    OPEN -> DONE | REJECTED when they agree; OPEN -> DISPUTED when they differ, and a third person decides: DISPUTED -> DONE | REJECTED.
    Only then grades become SearchJudgement rows and a corrected answer an approved answer: both are used at once, and both are what
    datasets are frozen from. `suggested`: what the model thought of the passages (relevance 0-1 by chunk), apart from what people say.
    Texts are masked.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        DISPUTED = "disputed", _("people differ")
        DONE = "done", _("done")
        REJECTED = "rejected", _("rejected")

    class Reason(models.TextChoices):
        UNSOLVED = "unsolved", _("not solved")
        DISLIKED = "disliked", _("disliked by a colleague")
        REVIEWED = "reviewed", _("changed or rejected in review")
        EDITED = "edited", _("draft changed by a colleague")
        REFUSED = "refused", _("refused although something was found")
        REPEATED = "repeated", _("asked again after the answer")
        HANDED = "handed", _("a person was needed after the answer")
        MARGIN = "margin", _("first passages nearly alike")
        DISAGREE = "disagree", _("meaning and words found others")
        NEW = "new", _("unlike every earlier question")
        CONTROL = "control", _("random control")
        IMPORTED = "imported", _("imported")

    class Error(models.TextChoices):
        RETRIEVAL = "retrieval", _("wrong passage found")
        OUTDATED = "outdated", _("outdated document")
        READING = "reading", _("right passage, wrong answer")
        TONE = "tone", _("wrong tone")
        MISSING = "missing", _("knowledge is missing")
        NONE = "none", _("nothing was wrong")

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="+", verbose_name=_("knowledge base"))
    turn = models.OneToOneField(Turn, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    draft = models.OneToOneField(ReplyDraft, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    rating = models.OneToOneField(AnswerRating, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    reason = models.CharField(_("reason"), max_length=10, choices=Reason)
    weight = models.PositiveSmallIntegerField(default=1, help_text="Higher comes first.")
    question = models.TextField(_("question"))
    answer = models.TextField(blank=True)
    instead = models.TextField(blank=True, help_text="What a colleague sent in its place.")
    suggested = models.JSONField(default=list, blank=True, help_text="[chunk id, relevance], best first")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    wanted = models.PositiveSmallIntegerField(default=1, help_text="People who look at it, each without seeing the others' word.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    error = models.CharField(max_length=10, choices=Error, blank=True)
    corrected = models.TextField(blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = AnnotationQuerySet.as_manager()

    class Meta:
        ordering = ["-weight", "-id"]
        verbose_name = _("annotation task")
        verbose_name_plural = _("annotation tasks")
        permissions = [("adjudicate_annotationtask", "May decide where annotators differ")]
        constraints = [
            models.CheckConstraint(
                condition=Q(turn__isnull=False) | Q(rating__isnull=False) | Q(draft__isnull=False) | Q(reason="imported"),
                name="annotation_has_cause",
            )
        ]
        indexes = [models.Index(fields=["base", "-weight", "-id"], condition=Q(state="open"), name="annotation_waiting")]

    def __str__(self) -> str:
        return self.question[:80]


class AnnotationOpinion(models.Model):
    """One person's word on a task: claimed until `lease_until`, given at `said_at`. Nobody else sees it before the task is settled.

    `marks`: [chunk, document, content hash, grade 0-2]. `skipped`: left to others while the lease runs.
    """

    task = models.ForeignKey(AnnotationTask, on_delete=models.CASCADE, related_name="opinions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    lease_until = models.DateTimeField(null=True, blank=True)
    skipped = models.BooleanField(default=False)
    said_at = models.DateTimeField(null=True, blank=True)
    rejected = models.BooleanField(default=False)
    marks = models.JSONField(default=list, blank=True)
    error = models.CharField(max_length=10, choices=AnnotationTask.Error, blank=True)
    corrected = models.TextField(blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = OpinionQuerySet.as_manager()

    class Meta:
        ordering = ["task", "id"]
        verbose_name = _("annotator's word")
        verbose_name_plural = _("annotators' words")
        constraints = [models.UniqueConstraint(fields=["task", "author"], name="annotation_opinion_once")]

    def __str__(self) -> str:
        return f"{self.task_id}: {self.author_id}"
