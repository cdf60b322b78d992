"""Guardian's only door: who may use which container (knowledge base, channel account, team)."""

from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from guardian.models import GroupObjectPermission, UserObjectPermission
from guardian.shortcuts import assign_perm, remove_perm

from scrm.access.models import Team, User
from scrm.audit.services import audit_record


def _subject(subject):
    return subject.group if isinstance(subject, Team) else subject


def _permission(container: models.Model) -> str:
    return f"use_{container._meta.model_name}"


def grant(*, actor, subject, container: models.Model) -> None:
    """Let a user or a team use the container; what they may do in it is their role's matter."""
    with transaction.atomic():
        assign_perm(_permission(container), _subject(subject), container)
        audit_record(actor=actor, action="access.grant", subject=container, detail={"to": str(subject)})


def revoke(*, actor, subject, container: models.Model) -> None:
    with transaction.atomic():
        remove_perm(_permission(container), _subject(subject), container)
        audit_record(actor=actor, action="access.revoke", subject=container, detail={"from": str(subject)})


def container_models() -> list[type[models.Model]]:
    """Every model that grants are given on: those that declare a permission use_<model>; teams last."""
    return sorted((model for model in apps.get_models() if _declares_use(model)), key=lambda model: model is Team)


def _declares_use(model: type[models.Model]) -> bool:
    return f"use_{model._meta.model_name}" in dict(model._meta.permissions)


def holders(container: models.Model) -> tuple[list[User], list[Team]]:
    """Colleagues and teams that hold a grant on the container itself (not those who see everything by role)."""
    match = {"permission__codename": _permission(container), "object_pk": str(container.pk)}
    match["content_type"] = ContentType.objects.get_for_model(container)
    users = User.objects.filter(pk__in=UserObjectPermission.objects.filter(**match).values("user_id"))
    teams = Team.objects.filter(group__in=GroupObjectPermission.objects.filter(**match).values("group_id"))
    return list(users), list(teams)
