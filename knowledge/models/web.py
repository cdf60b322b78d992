from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from knowledge.choices import SourceKind
from knowledge.models.bases import KnowledgeBase
from knowledge.models.documents import Document
from scrm.access.querysets import VisibleQuerySet


class SourceQuerySet(VisibleQuerySet):
    container_path = "base"


class WebSource(models.Model):
    """A page or a site that is fetched again and again. `next_at`: when it is due; null while it is paused."""

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="web_sources", verbose_name=_("knowledge base"))
    kind = models.CharField(_("kind"), max_length=8, choices=SourceKind, default=SourceKind.PAGE)
    url = models.URLField(_("address"), max_length=1000)
    max_depth = models.PositiveSmallIntegerField(_("depth"), default=2)
    max_pages = models.PositiveIntegerField(_("pages at most"), default=100)
    interval_hours = models.PositiveIntegerField(_("fetch again after hours"), default=24)
    next_at = models.DateTimeField(null=True, blank=True, editable=False)
    fetched_at = models.DateTimeField(null=True, blank=True, editable=False)
    error_code = models.CharField(max_length=60, blank=True, editable=False)
    error = models.TextField(blank=True, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["base", "url"]
        verbose_name = _("web source")
        verbose_name_plural = _("web sources")
        constraints = [models.UniqueConstraint(fields=["base", "url"], name="web_source_in_base")]
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="web_source_due")]

    def __str__(self) -> str:
        return self.url


class WebPage(models.Model):
    """What is known of one address of a source: how it answered last, and the document it became."""

    source = models.ForeignKey(WebSource, on_delete=models.CASCADE, related_name="pages")
    document = models.ForeignKey(Document, null=True, blank=True, on_delete=models.SET_NULL, related_name="web_pages")
    url = models.URLField(max_length=2000)
    depth = models.PositiveSmallIntegerField(default=0)
    etag = models.CharField(max_length=300, blank=True)
    last_modified = models.CharField(max_length=80, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    links = ArrayField(models.TextField(), default=list, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(
        null=True, blank=True, help_text="Since when the address says that the page is gone: its document expired then."
    )

    class Meta:
        ordering = ["source", "depth", "id"]
        constraints = [models.UniqueConstraint(fields=["source", "url"], name="web_page_in_source")]

    def __str__(self) -> str:
        return self.url


class AllowedHost(models.Model):
    """An intranet host that an administrator has opened for web sources, on the port of this row only."""

    host = models.CharField(_("host"), max_length=253)
    port = models.PositiveIntegerField(_("port"), default=443)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["host", "port"]
        verbose_name = _("allowed intranet host")
        verbose_name_plural = _("allowed intranet hosts")
        constraints = [models.UniqueConstraint(fields=["host", "port"], name="allowed_host_port")]

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"
