from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.choices import FindingKind, FindingState
from knowledge.models.bases import KnowledgeBase
from knowledge.models.documents import Document, DocumentVersion
from scrm.access.querysets import VisibleQuerySet


class FindingQuerySet(VisibleQuerySet):
    container_path = "base"


class Finding(models.Model):
    """Something about a document that its owner should look at, found by the weekly review. `detail` says what was compared.

    `version` and `other_version` are the contents it was seen in: it is over when they no longer answer. `seen_at`: the last review
    that saw it; an open finding that a review does not see again is deleted, a dismissed one stays and keeps it from coming back.
    """

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="findings", verbose_name=_("knowledge base"))
    kind = models.CharField(_("kind"), max_length=14, choices=FindingKind)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="findings", verbose_name=_("document"))
    other = models.ForeignKey(Document, null=True, blank=True, on_delete=models.CASCADE, related_name="+", verbose_name=_("other"))
    version = models.ForeignKey(DocumentVersion, null=True, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    other_version = models.ForeignKey(
        DocumentVersion, null=True, blank=True, on_delete=models.CASCADE, related_name="+", db_constraint=False
    )
    key = models.CharField(max_length=64, help_text="SHA-256 of what was found, so that a dismissed finding does not come back.")
    detail = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=FindingState, default=FindingState.OPEN)
    found_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    objects = FindingQuerySet.as_manager()

    class Meta:
        ordering = ["base", "kind", "-id"]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        constraints = [models.UniqueConstraint(fields=["base", "kind", "key"], name="finding_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.document_id}"
