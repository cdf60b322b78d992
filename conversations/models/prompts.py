"""What chat endpoints are told, as versions that people write, try and put in force."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from conversations.choices import PromptKind, PromptState, PromptTrialState
from knowledge.models import KnowledgeBase
from scrm.core.querysets import ClaimQuerySet


class PromptVersion(models.Model):
    """One wording of a prompt. Only a draft can be changed; without a live row the built-in wording, version 0, is in force.

    DRAFT -> LIVE -> RETIRED -> LIVE. The fence around untrusted text is not part of the wording: code adds it.
    """

    kind = models.CharField(_("kind"), max_length=8, choices=PromptKind)
    number = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("wording"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=PromptState, default=PromptState.DRAFT)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    live_since = models.DateTimeField(_("in force since"), null=True, blank=True)

    class Meta:
        ordering = ["kind", "-number"]
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        permissions = [("publish_promptversion", "May put prompts in force and take them back")]
        constraints = [
            models.UniqueConstraint(fields=["kind", "number"], name="prompt_number_in_kind"),
            models.UniqueConstraint(fields=["kind"], condition=Q(state=PromptState.LIVE), name="prompt_one_live"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class PromptTrial(models.Model):
    """A version tried on questions beside what is in force; nobody but the person who tries reads the answers.

    QUEUED -> RUNNING (leased, one question at a time) -> DONE | FAILED | CANCELLED -> QUEUED (what has no answer yet, or none of the
    model). `text`: the wording as it was tried, a draft may be changed afterwards. `result`: {rows: [{question, before, after}]}.
    """

    prompt = models.ForeignKey(PromptVersion, on_delete=models.CASCADE, related_name="trials")
    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True)
    questions = models.JSONField(default=list)
    against = models.PositiveIntegerField(default=0, help_text="Version that was in force when it was opened.")
    state = models.CharField(max_length=9, choices=PromptTrialState, default=PromptTrialState.QUEUED)
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0, help_text="At the question that is asked now.")
    result = models.JSONField(default=dict, blank=True)
    error = models.TextField(blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    done_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("trial of a prompt")
        verbose_name_plural = _("trials of prompts")

    def __str__(self) -> str:
        return f"{self.prompt} {self.state}"
