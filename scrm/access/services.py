"""Verbs on colleagues, teams, and who may use what."""

from collections.abc import Iterable

from django.contrib.auth.models import Group
from django.db import models, transaction

from scrm.access import grants, policy
from scrm.access.models import Team, User
from scrm.access.roles import ROLES
from scrm.audit.services import audit_record
from scrm.core.errors import Invalid

GIVE_ACCESS = "access.change_user"


def team_create(*, actor, name: str) -> Team:
    policy.require(actor, "access.add_team")
    with transaction.atomic():
        group = Group.objects.create(name=f"team:{name}")
        team = Team.objects.create(name=name, group=group)
        audit_record(actor=actor, action="team.create", subject=team)
    return team


def team_rename(*, actor, team: Team, name: str) -> Team:
    """Rename the team and its group together."""
    policy.require(actor, "access.change_team")
    with transaction.atomic():
        Group.objects.filter(pk=team.group_id).update(name=f"team:{name}")
        Team.objects.filter(pk=team.pk).update(name=name)
        audit_record(actor=actor, action="team.rename", subject=team)
    team.name = name
    return team


def team_delete(*, actor, team: Team) -> None:
    """Remove the team and, with its group, every grant it carried."""
    policy.require(actor, "access.delete_team")
    with transaction.atomic():
        audit_record(actor=actor, action="team.delete", subject=team, detail={"name": team.name})
        group = team.group
        Team.objects.filter(pk=team.pk).delete()
        group.delete()


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


def user_place(*, actor, user: User, roles: Iterable[str], teams: Iterable[Team], made: bool = False) -> User:
    """Set a colleague's roles and teams; with them, whether the administration opens. Invalid for an unknown role."""
    policy.require(actor, "access.add_user" if made else "access.change_user")
    roles, teams = set(roles), list(teams)
    if not roles <= set(ROLES):
        raise Invalid
    with transaction.atomic():
        user.groups.set([*Group.objects.filter(name__in=roles), *(team.group for team in teams)])
        user.is_staff = user.is_superuser or any(ROLES[key].staff for key in roles)
        user.save(update_fields=["is_staff"])
        detail = {"roles": sorted(roles), "teams": sorted(team.name for team in teams)}
        audit_record(actor=actor, action="user.create" if made else "user.place", subject=user, detail=detail)
    return user


def access_give(*, actor, subject: User | Team, container: models.Model) -> None:
    """Let a colleague or a team use a knowledge base, channel account or team. NotAllowed unless the actor manages colleagues."""
    policy.require(actor, GIVE_ACCESS)
    grants.grant(actor=actor, subject=subject, container=container)


def access_take(*, actor, subject: User | Team, container: models.Model) -> None:
    policy.require(actor, GIVE_ACCESS)
    grants.revoke(actor=actor, subject=subject, container=container)
