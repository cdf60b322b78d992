"""Guardian's only door: who may use which container (knowledge base, channel account, team)."""

from django.db import models, transaction
from guardian.shortcuts import assign_perm, remove_perm

from scrm.access.models import Team
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
