"""The one question: may this person do this, here?"""

from django.db import models
from guardian.shortcuts import get_objects_for_user

from scrm.access.roles import ROLES
from scrm.core.errors import NotAllowed


def sees_everything(user) -> bool:
    """Whether grants on containers are not needed."""
    return user.is_active and (user.is_superuser or any(ROLES[key].sees_everything for key in user.role_keys))


def can(user, permission: str, container: models.Model | None = None) -> bool:
    """Whether the user's role holds `permission` ("app.codename") and, for a container, the user holds a grant on it."""
    if not (user and user.is_authenticated and user.is_active and user.has_perm(permission)):
        return False
    return container is None or sees_everything(user) or _granted(user, container)


def require(user, permission: str, container: models.Model | None = None) -> None:
    """Raise NotAllowed unless `can`. `user=None` is the system itself."""
    if user is not None and not can(user, permission, container):
        raise NotAllowed


def granted_ids(user, model: type[models.Model]) -> models.QuerySet:
    """Ids of the containers of this model that the user, or one of the user's teams, holds a grant on."""
    if not (user and user.is_authenticated and user.is_active):
        return model.objects.none().values("pk")
    if sees_everything(user):
        return model.objects.values("pk")
    permission = f"{model._meta.app_label}.use_{model._meta.model_name}"
    return get_objects_for_user(user, permission, model, use_groups=True, accept_global_perms=False, with_superuser=False).values("pk")


def _granted(user, container: models.Model) -> bool:
    return type(container).objects.filter(pk=container.pk, pk__in=granted_ids(user, type(container))).exists()
