from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from knowledge.choices import Audience, DocumentKind, VersionState
from knowledge.models.bases import KnowledgeBase
from knowledge.types import Scope
from scrm.access import policy
from scrm.access.querysets import VisibleQuerySet


class StatementNow(models.Func):
    """The clock of this statement, also within a longer transaction."""

    template = "statement_timestamp()"
    output_field = models.DateTimeField()


class DocumentQuerySet(VisibleQuerySet):
    container_path = "base"

    def answering(self, scope: Scope) -> "DocumentQuerySet":
        """Those that answer in the scope at this moment: knowledge/retrieval/live says the same in SQL."""
        rows = self.valid_now().filter(base__in=scope.base_ids)
        return rows if scope.internal else rows.filter(audience=Audience.PUBLIC)

    def valid_now(self) -> "DocumentQuerySet":
        """Those with a live version, within their dates at this moment."""
        began = Q(valid_from=None) | Q(valid_from__lte=StatementNow())
        open_ended = Q(valid_until=None) | Q(valid_until__gt=StatementNow())
        return self.filter(began, open_ended, live_version__isnull=False)

    def readable_by(self, user) -> "DocumentQuerySet":
        """Those whose words a person may read: all of a granted base for who works on documents, else what customers are told now."""
        rows = self.visible_to(user)
        if policy.can(user, "knowledge.view_document"):
            return rows
        return rows.valid_now().filter(audience=Audience.PUBLIC)


class VersionQuerySet(VisibleQuerySet):
    container_path = "base"


class Document(models.Model):
    """What a manager calls by one name; answers come from its live version, and from nothing while that is null.

    Answers also stop outside `valid_from` <= now < `valid_until`, which every search asks of the clock; an internal document is
    never searched for a customer. `last_used_at` is when an answer last quoted it, to the day.
    """

    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="documents", verbose_name=_("knowledge base"))
    name = models.CharField(_("name"), max_length=400)
    title = models.CharField(_("title"), max_length=400, blank=True)
    live_version = models.ForeignKey(
        "knowledge.DocumentVersion", null=True, blank=True, on_delete=models.SET_NULL, related_name="live_of", editable=False
    )
    kind = models.CharField(_("kind"), max_length=8, choices=DocumentKind, default=DocumentKind.FILE, editable=False)
    audience = models.CharField(_("who may be told"), max_length=8, choices=Audience, default=Audience.PUBLIC)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("owner")
    )
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    review_by = models.DateField(_("review by"), null=True, blank=True)
    reminded_for = models.DateField(null=True, blank=True, editable=False, help_text="The day the owner was last reminded of.")
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["base", "name"]
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(fields=["base", "name"], name="document_name_in_base"),
            models.CheckConstraint(condition=Q(removed_at=None) | Q(live_version=None), name="document_removed_is_not_live"),
            models.CheckConstraint(
                condition=Q(valid_from=None) | Q(valid_until=None) | Q(valid_from__lt=F("valid_until")), name="document_valid_range"
            ),
        ]

    def __str__(self) -> str:
        return self.title or self.name


class DocumentVersion(models.Model):
    """One content of a document, by hash.

    RECEIVED -> PARSED -> CHUNKED -> EMBEDDED -> INDEXED -> PUBLISHED -> SUPERSEDED -> PUBLISHED ...; any of the first five -> FAILED,
    which keeps the stage reached in `failed_at`. Each stage commits, so a killed import resumes where it stood.
    """

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    base = models.ForeignKey(KnowledgeBase, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    file = models.FileField(upload_to="documents/%Y/%m/", max_length=500, blank=True)
    size = models.BigIntegerField(default=0)
    format = models.CharField(max_length=20, blank=True)
    text = models.TextField(blank=True, help_text="Canonical text; offsets of chunks and quotes count its characters.")
    outline = models.JSONField(default=dict, blank=True, help_text="Parsed blocks, kept until the version is chunked.")
    pages = models.PositiveIntegerField(null=True, blank=True)

    state = models.CharField(max_length=12, choices=VersionState, default=VersionState.RECEIVED)
    failed_at = models.CharField(max_length=12, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)

    batch = models.ForeignKey(
        "knowledge.UploadBatch", null=True, blank=True, on_delete=models.SET_NULL, related_name="versions", editable=False
    )
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = VersionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("document version")
        verbose_name_plural = _("document versions")
        constraints = [
            models.UniqueConstraint(fields=["base", "sha256"], name="version_content_in_base"),
            models.UniqueConstraint(fields=["document", "number"], name="version_number_in_document"),
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(state=VersionState.PUBLISHED),
                name="version_one_published",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.document} v{self.number}"
