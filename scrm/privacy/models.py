"""The vault: what placeholders stand for."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class PersonalValue(models.Model):
    """What `<kind_number>` stands for in the texts of one namespace ("conversation:12").

    KEPT until `expires_at` (moved on whenever the value is said again) -> GONE: secret and digest are emptied, and the row stays, so that
    its number is never given to another value. `digest`: keyed hash of the value's canonical form, equal in all namespaces; finds equals
    without decrypting. `secret`: the value as it was first written, encrypted.
    """

    namespace = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)
    number = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    secret = models.TextField(blank=True)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["namespace", "kind", "number"]
        verbose_name = _("personal value")
        verbose_name_plural = _("personal values")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["namespace", "kind", "number"], name="personal_value_number"),
            models.UniqueConstraint(fields=["namespace", "kind", "digest"], condition=models.Q(digest__gt=""), name="personal_value_once"),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=models.Q(digest__gt=""), name="personal_value_to_purge"),
            models.Index(fields=["digest"], condition=models.Q(digest__gt=""), name="personal_value_equal"),
        ]

    def __str__(self) -> str:
        return f"{self.namespace} {self.placeholder}"

    @property
    def placeholder(self) -> str:
        return f"<{self.kind}_{self.number}>"
