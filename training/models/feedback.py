"""What was said of our answers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models import Question, Turn


class Feedback(models.Model):
    """A customer's word on one answer, from the menu below it. The last click counts: one row a turn and author."""

    class Value(models.TextChoices):
        SOLVED = "solved", _("solved")
        UNSOLVED = "unsolved", _("not solved")

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="feedback")
    author = models.CharField(max_length=160, help_text="identity:ID for customers")
    value = models.CharField(max_length=10, choices=Value)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = [models.UniqueConstraint(fields=["turn", "author"], name="feedback_once")]

    def __str__(self) -> str:
        return f"{self.turn_id} {self.value}"


class AnswerRating(models.Model):
    """A colleague's 赞 or 踩 of an answer on the ask page, with the reason. The last word counts: one row a question and author."""

    class Value(models.TextChoices):
        UP = "up", _("good")
        DOWN = "down", _("bad")

    class Reason(models.TextChoices):
        MISSES = "misses", _("does not answer the question")
        OUTDATED = "outdated", _("outdated")
        INCOMPLETE = "incomplete", _("incomplete")
        TONE = "tone", _("wrong tone")
        OTHER = "other", _("something else")

    question = models.ForeignKey(Question, on_delete=models.CASCADE, related_name="ratings")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    value = models.CharField(max_length=4, choices=Value)
    reason = models.CharField(max_length=12, choices=Reason, blank=True)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")
        constraints = [models.UniqueConstraint(fields=["question", "author"], name="rating_once")]

    def __str__(self) -> str:
        return f"{self.question_id} {self.value}"


class SourceOpening(models.Model):
    """Somebody opened a source below an answer: `number` of the turn's or the question's sources. One row a person, answer and source."""

    turn = models.ForeignKey(Turn, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    question = models.ForeignKey(Question, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    document = models.ForeignKey("knowledge.Document", on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("opened source")
        verbose_name_plural = _("opened sources")
        constraints = [
            models.UniqueConstraint(fields=["turn", "question", "number", "author"], name="source_opened_once", nulls_distinct=False),
            models.CheckConstraint(condition=models.Q(turn=None) ^ models.Q(question=None), name="source_opened_of_one"),
        ]
        indexes = [models.Index(fields=["document", "created_at"], name="source_opened_of")]

    def __str__(self) -> str:
        return f"{self.turn_id or self.question_id} [{self.number}]"


class FollowUp(models.Model):
    """What a customer did after an answer that shows it did not help, though nobody said so: `after` is the turn of it. One row a kind."""

    class Kind(models.TextChoices):
        REPEATED = "repeated", _("asked the same again")
        HANDED = "handed", _("needed a person")

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="follow_ups")
    kind = models.CharField(max_length=10, choices=Kind)
    after = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(help_text="when the later turn began")

    class Meta:
        ordering = ["-created_at"]
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = [models.UniqueConstraint(fields=["turn", "kind"], name="follow_up_once")]
        indexes = [models.Index(fields=["created_at"], name="follow_up_recent")]

    def __str__(self) -> str:
        return f"{self.turn_id} {self.kind}"
