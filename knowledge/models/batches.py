from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from knowledge.models.bases import KnowledgeBase
from scrm.access.querysets import VisibleQuerySet
from scrm.jobs.models import Job


class BatchQuerySet(VisibleQuerySet):
    container_path = "base"


class UploadBatch(models.Model):
    """Files that were handed in together; its progress is that of its versions. `refused`: [name, cause] of those not taken in.

    `expected`: how many files the person chose; fewer arrived while a transfer lasts, and for ever when it was broken off. A paused
    batch takes files in and imports none; a cancelled one takes in nothing more.
    """

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="batches", verbose_name=_("knowledge base"))
    expected = models.PositiveIntegerField(_("files"), default=0)
    refused = models.JSONField(default=list, blank=True)
    unchanged = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")

    def __str__(self) -> str:
        return f"{self.base} {self.created_at:%Y-%m-%d %H:%M}"


class UploadedArchive(models.Model):
    """A zip archive of a batch, kept while a job unpacks it. `total`: its documents; the first `over` of them are taken in or refused."""

    batch = models.ForeignKey(UploadBatch, on_delete=models.CASCADE, related_name="archives")
    name = models.CharField(max_length=400)
    file = models.FileField(upload_to="archives")
    total = models.PositiveIntegerField()
    over = models.PositiveIntegerField(default=0)
    job = models.ForeignKey(Job, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("uploaded archive")
        verbose_name_plural = _("uploaded archives")

    def __str__(self) -> str:
        return f"{self.name} {self.over}/{self.total}"
