"""After every migrate the role groups carry exactly what roles.py says."""

from django.apps import apps as global_apps
from django.contrib.auth.models import Group, Permission

from scrm.access.roles import ROLES


def roles_synchronise(sender, apps=global_apps, **kwargs) -> None:
    """Create the groups of the roles and set their permissions. Runs after each app; the last run sees every permission."""
    known = {f"{p.content_type.app_label}.{p.codename}": p for p in Permission.objects.select_related("content_type")}
    for key, role in ROLES.items():
        group, _ = Group.objects.get_or_create(name=key)
        group.permissions.set([known[code] for code in role.permissions if code in known])
