"""Nights: what was tried, what came of it, and who decided."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from scrm.ai.models import ModelRelease
from scrm.jobs.models import Job
from training.models.datasets import Dataset


class TrainingRun(models.Model):
    """One training with its evaluation and the gate's decision.

        RUNNING -> PROMOTED | REFUSED | WAITING | CANARY | SKIPPED | FAILED | CANCELLED
        WAITING -> CANARY | PROMOTED | DECLINED       CANARY (answers a share of conversations) -> PROMOTED | DECLINED
        PROMOTED -> ROLLED_BACK

    `figures`: {"before", "after", "difference", "interval", "slices", ...}. `conditions`: the gate's, each {"name", "passed", "detail"}.
    `folder`: where a killed run goes on, below the models folder.
    """

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PROMOTED = "promoted", _("promoted")
        REFUSED = "refused", _("not promoted")
        WAITING = "waiting", _("waiting for approval")
        CANARY = "canary", _("on trial with a share")
        DECLINED = "declined", _("declined")
        SKIPPED = "skipped", _("nothing new")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")
        ROLLED_BACK = "rolled_back", _("rolled back")

    class Kind(models.TextChoices):
        RETRIEVER = "retriever", _("query tower, order and relevance")
        FUSION = "fusion", _("order and relevance")
        BOTH = "both", _("both towers")
        RISK = "risk", _("risk classifier")

    kind = models.CharField(_("what"), max_length=12, choices=Kind, default=Kind.RETRIEVER)
    state = models.CharField(_("state"), max_length=12, choices=State, default=State.RUNNING)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    dataset = models.ForeignKey(Dataset, null=True, blank=True, on_delete=models.SET_NULL, related_name="runs")
    release = models.ForeignKey(ModelRelease, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    previous = models.ForeignKey(ModelRelease, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    parameters = models.JSONField(default=dict, blank=True)
    figures = models.JSONField(default=dict, blank=True)
    conditions = models.JSONField(default=list, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    folder = models.CharField(max_length=255, blank=True)
    seconds = models.FloatField(_("seconds"), default=0)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("begun"), auto_now_add=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("training run")
        verbose_name_plural = _("training runs")

    def __str__(self) -> str:
        return f"{self.pk} {self.get_kind_display()}: {self.get_state_display()}"
