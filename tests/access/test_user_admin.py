"""Colleagues and teams in the administration."""

import pytest
from django.urls import reverse

from scrm.access.models import Team, User
from scrm.audit.models import AuditEntry

ADD = reverse("admin:access_user_add")


@pytest.fixture
def admin(world):
    return world.client("administrator")


def change_url(user: User) -> str:
    return reverse("admin:access_user_change", args=[user.pk])


def test_a_colleague_is_added_with_role_and_team(world, admin):
    admin.post(reverse("admin:access_team_add"), {"name": "夜班"})
    team = Team.objects.get(name="夜班")
    data = {
        "username": "new",
        "display_name": "新人",
        "password1": "long-enough-9",
        "password2": "long-enough-9",
        "roles": ["agent"],
        "teams": [team.pk],
    }
    response = admin.post(ADD, data)
    assert response.status_code == 302, response.content.decode()[-2000:]
    person = User.objects.get(username="new")
    assert (person.role_keys, person.is_staff, list(person.groups.filter(team=team))) == (frozenset({"agent"}), True, [team.group])
    assert AuditEntry.objects.filter(action="user.create", actor="administrator").exists()


def test_changing_the_role_changes_nothing_else(world, admin):
    person = world.people["agent"]
    admin.post(change_url(person), {"username": "agent", "display_name": "小红", "roles": ["knowledge_manager"], "is_active": "on"})
    person = User.objects.get(pk=person.pk)
    assert (person.role_keys, person.display_name, person.is_superuser) == (frozenset({"knowledge_manager"}), "小红", False)


def test_nobody_becomes_superuser_through_the_form(world, admin):
    admin.post(
        change_url(world.people["agent"]),
        {"username": "agent", "roles": ["agent"], "is_active": "on", "is_superuser": "on", "is_staff": "on"},
    )
    assert not User.objects.get(username="agent").is_superuser


def test_an_administrator_cannot_take_over_a_superuser(world, admin):
    root = User.objects.create_superuser("root", password="x")
    assert admin.post(change_url(root), {"username": "mine"}).status_code == 403
    password = reverse("admin:auth_user_password_change", args=[root.pk])
    assert admin.post(password, {"password1": "new-pass-12345", "password2": "new-pass-12345"}).status_code == 403
    assert User.objects.get(pk=root.pk).check_password("x")


def test_the_last_administrator_does_not_lock_themselves_out_by_a_switch(world, admin):
    me = world.people["administrator"]
    admin.post(change_url(me), {"username": "administrator", "roles": ["administrator"]})
    assert User.objects.get(pk=me.pk).is_active


@pytest.mark.parametrize("person", ["agent", "knowledge_manager", "outsider"])
def test_other_staff_sees_no_colleagues(world, person):
    assert world.client(person).get(reverse("admin:access_user_changelist")).status_code == 403
