"""Questions that were not answered, put together so that one answer serves all who asked."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from conversations.models import Turn
from knowledge.models import FaqEntry, KnowledgeBase
from scrm.access.querysets import VisibleQuerySet


class UnknownQuerySet(VisibleQuerySet):
    container_path = "base"


class UnknownQuestion(models.Model):
    """Questions of customers that ask the same and were refused, or answered without solving anything. Texts are masked.

    OPEN -> ANSWERED (an entry answers it from `answered_at` on) | DISMISSED. Later refusals still join: they prove that the answer is not
    found, or that it does not help.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ANSWERED = "answered", _("answered")
        DISMISSED = "dismissed", _("dismissed")

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="+", verbose_name=_("knowledge base"))
    text = models.TextField(_("question"))
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    entry = models.ForeignKey(FaqEntry, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = UnknownQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("unknown question")
        verbose_name_plural = _("unknown questions")
        indexes = [models.Index(fields=["base", "state"], name="unknown_by_state")]

    def __str__(self) -> str:
        return self.text[:80]


class UnknownTurn(models.Model):
    """One turn among those of an unknown question; a turn belongs to one."""

    unknown = models.ForeignKey(UnknownQuestion, on_delete=models.CASCADE, related_name="turns")
    turn = models.OneToOneField(Turn, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["-turn"]

    def __str__(self) -> str:
        return f"{self.unknown_id}/{self.turn_id}"
