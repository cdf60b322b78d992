"""Real questions asked to a candidate beside the release in use."""

from django.db import models

from conversations.models import Turn
from scrm.ai.models import ModelRelease


class ShadowQuestion(models.Model):
    """One customer's question put to both releases by a background worker; no customer ever read what the candidate found.

    The words are the turn's. `overlap`: share of the first ten passages that both found, 0-1; `shift`: mean difference of the ranks of
    those; `before_ms`, `after_ms`: of the searches.
    """

    release = models.ForeignKey(ModelRelease, on_delete=models.CASCADE, related_name="+")
    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="+")
    overlap = models.FloatField()
    shift = models.FloatField()
    same_first = models.BooleanField()
    before_empty = models.BooleanField()
    after_empty = models.BooleanField()
    before_ms = models.FloatField()
    after_ms = models.FloatField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["release", "-id"]
        constraints = [models.UniqueConstraint(fields=["release", "turn"], name="shadow_question_once")]

    def __str__(self) -> str:
        return f"{self.release_id}: {self.turn_id}"
