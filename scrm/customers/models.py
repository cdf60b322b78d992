"""The people who write to us."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Tag(models.Model):
    """A word that customers are sorted by."""

    name = models.CharField(_("name"), max_length=60, unique=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("tag")
        verbose_name_plural = _("tags")

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """One person, whatever channels they write through. Channel identities point here.

    A name is kept as it is, but for numbers in it; the remark is masked, its values in the vault.
    """

    name = models.CharField(_("name"), max_length=120, blank=True)
    avatar_url = models.URLField(_("avatar"), max_length=500, blank=True)
    remark = models.TextField(_("remark"), blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="customers", verbose_name=_("owner")
    )
    tags = models.ManyToManyField(Tag, blank=True, related_name="customers", verbose_name=_("tags"))
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        permissions = [("erase_customer", "May erase a customer's data for good")]
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"

    @property
    def vault(self) -> str:
        """The namespace that the placeholders of the remark belong to."""
        return f"customer:{self.pk}"
