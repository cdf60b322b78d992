"""Giving and taking access on the page, and what the audit says of it."""

import pytest
from django.urls import reverse

from conversations.models import Conversation
from scrm.access.grants import container_models, holders
from scrm.access.services import team_create
from scrm.audit.models import AuditEntry

PAGE, GIVE, TAKE = reverse("access:access"), reverse("access:give"), reverse("access:take")


@pytest.fixture
def admin(world):
    return world.client("administrator")


def form(container, kind: str, subject) -> dict:
    return {"container": f"{container._meta.label_lower}:{container.pk}", "subject": f"{kind}:{subject.pk}"}


def test_every_kind_of_container_is_on_the_page(world, admin):
    assert [model.__name__ for model in container_models()] == ["KnowledgeBase", "ChannelAccount", "Team"]
    page = admin.get(PAGE).content.decode()
    for name in ("我方知识库", "机密知识库", "我方账号", "机密账号"):
        assert name in page


def test_giving_opens_and_taking_closes_at_once(world, admin):
    person, account = world.people["outsider"], world.theirs.account
    assert not Conversation.objects.visible_to(person).exists()
    admin.post(GIVE, form(account, "user", person))
    assert [row.account for row in Conversation.objects.visible_to(person)] == [account]
    assert holders(account) == ([person], [])
    admin.post(TAKE, form(account, "user", person))
    assert not Conversation.objects.visible_to(person).exists()
    assert list(AuditEntry.objects.filter(actor="administrator").order_by("id").values_list("action", flat=True)) == [
        "access.grant",
        "access.revoke",
    ]


def test_a_team_brings_access_to_its_members(world, admin):
    team = team_create(actor=None, name="夜班")
    world.people["outsider"].groups.add(team.group)
    admin.post(GIVE, form(world.theirs.account, "team", team))
    assert Conversation.objects.visible_to(world.people["outsider"]).exists()
    assert holders(world.theirs.account) == ([], [team])


@pytest.mark.parametrize(
    ("data", "status"),
    [
        ({"container": "knowledge.knowledgebase:999999", "subject": "user:1"}, 404),
        ({"container": "access.user:1", "subject": "user:1"}, 404),
        ({"container": "nonsense", "subject": "user:1"}, 404),
        ({"container": "", "subject": ""}, 400),
        ({"subject": "user:-1"}, 400),
        ({"subject": "group:1"}, 400),
        ({"subject": "user:999999"}, 404),
    ],
)
def test_what_names_nothing_is_refused(world, admin, data, status):
    valid = form(world.ours.base, "user", world.people["outsider"])
    assert admin.post(GIVE, valid | data).status_code == status


@pytest.mark.parametrize("person", ["agent", "knowledge_manager", "user", "outsider"])
def test_nobody_else_gives_access(world, person):
    client = world.client(person)
    assert client.post(GIVE, form(world.theirs.account, "user", world.people[person])).status_code == 403
    assert holders(world.theirs.account) == ([], [])
