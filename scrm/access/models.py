"""People and teams."""

from django.contrib.auth.models import AbstractUser, Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from scrm.access.roles import ROLES


class Team(models.Model):
    """A group of colleagues. Its auth group carries the team's grants on containers."""

    name = models.CharField(_("name"), max_length=100, unique=True)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, editable=False, related_name="team")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        permissions = [("use_team", "May see this team")]

    def __str__(self) -> str:
        return self.name


class User(AbstractUser):
    """A colleague. Roles and teams are groups; what a role may do stands in roles.py."""

    display_name = models.CharField(_("display name"), max_length=100, blank=True)

    class Meta(AbstractUser.Meta):
        verbose_name = _("colleague")
        verbose_name_plural = _("colleagues")

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def role_keys(self) -> frozenset[str]:
        """Names of the roles held; cached on the instance, as Django caches permissions."""
        if not hasattr(self, "_role_keys"):
            self._role_keys = frozenset(self.groups.filter(name__in=ROLES).values_list("name", flat=True))
        return self._role_keys
