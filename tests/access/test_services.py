"""Colleagues and teams."""

import pytest

from scrm.access.grants import grant
from scrm.access.models import Team
from scrm.access.policy import can
from scrm.access.services import team_create, team_delete, team_rename, user_place
from scrm.core.errors import Invalid, NotAllowed
from tests.world import World


def test_a_role_decides_what_and_whether_the_administration_opens(world: World):
    person = user_place(actor=world.people["administrator"], user=world.people["user"], roles=["agent"], teams=[])
    person = type(person).objects.get(pk=person.pk)
    assert (person.role_keys, person.is_staff) == (frozenset({"agent"}), True)
    assert can(person, "conversations.answer_conversation")
    user_place(actor=None, user=person, roles=[], teams=[])
    person = type(person).objects.get(pk=person.pk)
    assert not person.is_staff
    assert not can(person, "conversations.add_question")


def test_an_unknown_role_is_refused(world: World):
    with pytest.raises(Invalid):
        user_place(actor=None, user=world.people["user"], roles=["king"], teams=[])


@pytest.mark.parametrize("person", ["agent", "user", "knowledge_manager"])
def test_only_administrators_place_colleagues(world: World, person):
    actor = world.people[person]
    with pytest.raises(NotAllowed):
        user_place(actor=actor, user=actor, roles=["administrator"], teams=[])


def test_renaming_a_team_keeps_its_grants(world: World):
    team = team_create(actor=None, name="早班")
    grant(actor=None, subject=team, container=world.theirs.base)
    world.people["outsider"].groups.add(team.group)
    team_rename(actor=None, team=team, name="白班")
    assert Team.objects.get(pk=team.pk).group.name == "team:白班"
    assert can(world.people["outsider"], "knowledge.view_knowledgebase", world.theirs.base)


def test_deleting_a_team_takes_its_grants(world: World):
    team = team_create(actor=None, name="早班")
    grant(actor=None, subject=team, container=world.theirs.base)
    world.people["outsider"].groups.add(team.group)
    team_delete(actor=None, team=team)
    assert not can(world.people["outsider"], "knowledge.view_knowledgebase", world.theirs.base)
