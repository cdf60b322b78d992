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


class DocumentKind(TextChoices):
    FILE = "file", _("file")
    PAGE = "page", _("web page")
    FAQ = "faq", _("question and answer")


class FaqOrigin(TextChoices):
    """Who made an entry. An approved answer expires with the passages it rests on."""

    WRITTEN = "written", _("written by a colleague")
    REVIEW = "review", _("approved in review")
    CORRECTION = "corrected", _("corrected answer")


class Audience(TextChoices):
    """Who may be given a document's words."""

    PUBLIC = "public", _("customers and staff")
    INTERNAL = "internal", _("staff only")


class WordKind(TextChoices):
    WORD = "word", _("word")
    SYNONYM = "synonym", _("synonyms")


class WordState(TextChoices):
    SUGGESTED = "suggested", _("suggested")
    ACTIVE = "active", _("active")
    REJECTED = "rejected", _("rejected")


class SourceKind(TextChoices):
    PAGE = "page", _("one page")
    SITE = "site", _("a site")


class FindingKind(TextChoices):
    STALE = "stale", _("out of date")
    DUPLICATE = "duplicate", _("duplicate")
    CONTRADICTION = "contradiction", _("contradiction")
    UNUSED = "unused", _("unused")


class FindingState(TextChoices):
    OPEN = "open", _("open")
    DISMISSED = "dismissed", _("dismissed")


class TrialState(TextChoices):
    QUEUED = "queued", _("queued")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
