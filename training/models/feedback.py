"""What was said of our answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models import Turn


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
