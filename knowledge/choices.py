from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class VersionState(TextChoices):
    RECEIVED = "received", _("received")
    PARSED = "parsed", _("parsed")
    CHUNKED = "chunked", _("chunked")
    EMBEDDED = "embedded", _("embedded")
    INDEXED = "indexed", _("indexed")
    PUBLISHED = "published", _("published")
    SUPERSEDED = "superseded", _("superseded")
    FAILED = "failed", _("failed")


class ChunkKind(TextChoices):
    TEXT = "text", _("text")
    TABLE = "table", _("table")
    QA = "qa", _("question and answer")
