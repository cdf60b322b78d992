from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from knowledge.models.bases import KnowledgeBase
from scrm.access.querysets import VisibleQuerySet
from scrm.jobs.models import Job


class BulkChangeQuerySet(VisibleQuerySet):
    container_path = "base"

    def counted(self):
        """With `total` alone in place of the ids, of which there may be a hundred thousand: for pages that ask every second."""
        return self.defer("documents").annotate(total=models.F("documents__len"))


class BulkChange(models.Model):
    """One verb on many documents, done in slices by a job. `documents`: ids as they were chosen; the first `over` of them are done."""

    class Verb(models.TextChoices):
        REMOVE = "remove", _("remove")
        RESTORE = "restore", _("restore")
        CHANGE = "change", _("change")

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="bulk_changes", verbose_name=_("knowledge base"))
    verb = models.CharField(max_length=10, choices=Verb)
    changes = models.JSONField(default=dict, blank=True, help_text="fields to set, of the verb change")
    documents = ArrayField(models.BigIntegerField())
    over = models.PositiveIntegerField(default=0)
    changed = models.PositiveIntegerField(default=0, help_text="documents that are not as they were")
    importing = models.PositiveIntegerField(default=0, help_text="restored ones that go through the import first")
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("change of many documents")
        verbose_name_plural = _("changes of many documents")

    def __str__(self) -> str:
        return f"{self.verb} {self.over}/{self.total}"

    @cached_property
    def total(self) -> int:
        return len(self.documents)

    @property
    def percent(self) -> int:
        return 100 * self.over // max(1, self.total)
