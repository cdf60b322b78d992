"""Verbs on colleagues and teams."""

from django.contrib.auth.models import Group
from django.db import transaction

from scrm.access import policy
from scrm.access.models import Team, User
from scrm.access.roles import ROLES
from scrm.audit.services import audit_record
from scrm.core.errors import Invalid


def team_create(*, actor, name: str) -> Team:
    policy.require(actor, "access.add_team")
    with transaction.atomic():
        group = Group.objects.create(name=f"team:{name}")
        team = Team.objects.create(name=name, group=group)
        audit_record(actor=actor, action="team.create", subject=team)
    return team


def user_create(*, actor, username: str, password: str, role: str, display_name: str = "", team: Team | None = None) -> User:
    """A colleague with one role, and a team if given. Raises Invalid for an unknown role."""
    policy.require(actor, "access.add_user")
    if role not in ROLES:
        raise Invalid
    with transaction.atomic():
        user = User.objects.create_user(username, password=password, display_name=display_name, is_staff=ROLES[role].staff)
        user.groups.add(Group.objects.get(name=role), *([team.group] if team else []))
        audit_record(actor=actor, action="user.create", subject=user, detail={"role": role})
    return user
