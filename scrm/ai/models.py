"""Encoders and the releases that put them to work."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scrm.ai.choices import EncoderKind, Purpose, ReleaseState


class Encoder(models.Model):
    """One function from text to vectors. Two rows never give the same vectors; one row never changes its vectors."""

    kind = models.CharField(_("kind"), max_length=32, choices=EncoderKind)
    source = models.CharField(_("source"), max_length=500, help_text=_("Model name, folder, or the endpoint's model."))
    folder = models.CharField(_("folder"), max_length=255, blank=True, help_text=_("Serving files, below the models folder."))
    fingerprint = models.CharField(_("fingerprint"), max_length=64, help_text=_("SHA-256 of all that determines the vectors."))

    dimensions = models.PositiveIntegerField(_("dimensions"))
    max_tokens = models.PositiveIntegerField(_("longest input in tokens"))
    query_prefix = models.CharField(_("query prefix"), max_length=1000, blank=True)
    passage_prefix = models.CharField(_("passage prefix"), max_length=1000, blank=True)
    parity = models.FloatField(_("parity"), null=True, blank=True, help_text=_("Smallest cosine to the source model, measured at export."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("encoder")
        verbose_name_plural = _("encoders")
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], name="ai_encoder_fingerprint_unique"),
            models.CheckConstraint(condition=Q(kind__in=EncoderKind.values), name="ai_encoder_kind_known"),
            models.CheckConstraint(condition=Q(dimensions__gt=0, max_tokens__gt=0), name="ai_encoder_sizes_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.source} ({self.get_kind_display()}, {self.dimensions})"


class ModelRelease(models.Model):
    """What serves one purpose, all of it: promotion and roll-back move one pointer between rows of this table.

        BUILDING -> READY -> ACTIVE -> RETIRED
                               ^          |
                               +----------+   roll-back

    At most one row a purpose is ACTIVE. An embedding release names two encoders, because the query encoder is trained
    alone while the passage vectors stay; both must give vectors of equal dimensions (guarded by `release_create`).
    """

    purpose = models.CharField(_("purpose"), max_length=32, choices=Purpose)
    name = models.CharField(_("name"), max_length=200)
    query_encoder = models.ForeignKey(
        Encoder, models.PROTECT, null=True, blank=True, related_name="query_releases", verbose_name=_("query encoder")
    )
    passage_encoder = models.ForeignKey(
        Encoder, models.PROTECT, null=True, blank=True, related_name="passage_releases", verbose_name=_("passage encoder")
    )
    settings = models.JSONField(_("settings"), default=dict, blank=True, help_text=_("Fusion weights, calibration."))

    state = models.CharField(_("state"), max_length=16, choices=ReleaseState, default=ReleaseState.BUILDING)
    problem = models.TextField(_("problem"), blank=True, help_text=_("Why the last attempt to put it to use failed."))
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)
    activated_at = models.DateTimeField(_("activated at"), null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("model release")
        verbose_name_plural = _("model releases")
        constraints = [
            models.UniqueConstraint(
                fields=["purpose"],
                condition=Q(state=ReleaseState.ACTIVE),
                name="ai_modelrelease_one_active",
                violation_error_message=_("Another release of this purpose is active."),
            ),
            models.CheckConstraint(condition=Q(state__in=ReleaseState.values), name="ai_modelrelease_state_known"),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.EMBEDDING, query_encoder__isnull=False, passage_encoder__isnull=False)
                | (~Q(purpose=Purpose.EMBEDDING) & Q(query_encoder__isnull=True, passage_encoder__isnull=True)),
                name="ai_modelrelease_encoders_fit_purpose",
                violation_error_message=_("An embedding release needs both encoders, any other none."),
            ),
            models.CheckConstraint(
                condition=~Q(state=ReleaseState.ACTIVE) | Q(activated_at__isnull=False),
                name="ai_modelrelease_active_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.get_purpose_display()}, {self.get_state_display()})"


class QueryHead(models.Model):
    """What a base learned on top of a query encoder: an affine map of the query vector. Releases name it by its digest, in their settings;
    a row never changes.
    """

    digest = models.CharField(_("digest"), max_length=64, help_text=_("SHA-256 of the coefficients."))
    dimensions = models.PositiveIntegerField(_("dimensions"))
    coefficients = models.BinaryField(
        _("coefficients"), help_text=_("float16, little endian: (dimensions, dimensions + 1), the shift last.")
    )
    created_at = models.DateTimeField(_("created at"), auto_now_add=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = _("query head")
        verbose_name_plural = _("query heads")
        constraints = [models.UniqueConstraint(fields=["digest"], name="ai_queryhead_digest_unique")]

    def __str__(self) -> str:
        return self.digest[:12]
