"""The append-only, hash-chained log."""

from django.db import models
from django.db.models.fields.json import KeyTextTransform
from django.utils.translation import gettext_lazy as _


class AuditEntry(models.Model):
    """One thing that was done or seen. Rows are only ever inserted: a database trigger refuses UPDATE and DELETE.

    `hash` = SHA-256 over the previous row's hash and this row's canonical JSON, so a changed or missing row breaks the chain. The
    detail stands in it by `detail_hash`: the one change the trigger lets pass empties a detail that is older than thirty days.
    """

    at = models.DateTimeField()
    actor = models.CharField(max_length=150, help_text=_("User name, or system"))
    action = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=80)
    subject_id = models.CharField(max_length=80)
    detail = models.JSONField(default=dict)
    detail_hash = models.CharField(max_length=64, default="", db_default="")
    purged_at = models.DateTimeField(null=True, blank=True)
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64, unique=True)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        permissions = [("export_auditentry", "May take the audit log out as a file")]
        # Each serves one filter of the auditors' page, newest first; partial ones hold only the entries that name such a thing.
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="audit_by_subject"),
            models.Index(fields=["actor", "id"], name="audit_by_actor"),
            models.Index(fields=["action", "id"], name="audit_by_action"),
            models.Index(fields=["at"], name="audit_by_time"),
            models.Index(
                KeyTextTransform("conversation", "detail"),
                "id",
                condition=models.Q(detail__has_key="conversation"),
                name="audit_by_conversation",
            ),
            models.Index(
                KeyTextTransform("verdict", "detail"), "id", condition=models.Q(detail__has_key="verdict"), name="audit_by_verdict"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.actor} {self.action} {self.subject_type}:{self.subject_id}"
