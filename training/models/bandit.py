"""Learning from turn to turn: which way of answering solves more."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models import Turn

USUAL = "usual"


class BanditPolicy(models.Model):
    """What is known of each arm. One row; `version` rises with every reset. A change of the default needs no new one: each choice is kept
    with the probabilities that it was drawn with.

    `known`: {arm: {precision, weighted}} (training.bandit.thompson). `default`: the arm that serves when nothing is tried. `figures`: what
    the page shows (training.bandit_figures), worked out by a worker at `figured_at`.
    """

    enabled = models.BooleanField(_("enabled"), default=False)
    default = models.CharField(_("default"), max_length=40, default=USUAL)
    version = models.PositiveIntegerField(_("version"), default=1)
    known = models.JSONField(default=dict, blank=True)
    since = models.DateTimeField(_("since"), auto_now_add=True)
    figures = models.JSONField(default=dict, blank=True)
    figured_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("policy of real-time learning")
        verbose_name_plural = _("policies of real-time learning")

    def __str__(self) -> str:
        return f"{self.version} {self.default}"


class BanditChoice(models.Model):
    """One turn that was answered in a way drawn by chance. Written when it is drawn, so that another try of the turn goes the same way; the
    reward is filled in when it can be told.

    `shares`: {arm: probability}, summing to 1. `context`: features (training.services.bandit.context_of). `weight`: 0 or 1, how much it
    counts: of one customer only the first few of a month do.
    """

    turn = models.OneToOneField(Turn, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    arm = models.CharField(max_length=40)
    shares = models.JSONField()
    context = models.JSONField()
    reward = models.FloatField(null=True, blank=True)
    weight = models.FloatField(default=0.0)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("choice of real-time learning")
        verbose_name_plural = _("choices of real-time learning")
        indexes = [
            models.Index(fields=["version", "id"], name="bandit_choice_of"),
            models.Index(fields=["created_at"], condition=models.Q(reward=None), name="bandit_choice_open"),
        ]

    def __str__(self) -> str:
        return f"{self.turn_id} {self.arm}"
