from django.db import models
from django.utils.translation import gettext_lazy as _

from scrm.ai.models import ModelRelease


class RiskWeights(models.Model):
    """What the risk classifier of a release learned: `weights` [place, weight], `bias`; training.risk.features says what places are."""

    release = models.OneToOneField(ModelRelease, on_delete=models.CASCADE, related_name="risk_weights")
    weights = models.JSONField(default=list)
    bias = models.FloatField(default=0.0)

    class Meta:
        verbose_name = _("risk classifier")
        verbose_name_plural = _("risk classifiers")

    def __str__(self) -> str:
        return str(self.release)
