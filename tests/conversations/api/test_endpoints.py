"""The HTTP API: what comes out, for whom, and its schema."""

import pytest
from django.urls import reverse

from conversations.models import Question
from tests.world import question_make


def names(response, key: str) -> list:
    return [row[key] for row in response.json()["results"]]


@pytest.fixture
def agent(world):
    return world.client("agent")


def test_lists_hold_what_the_caller_may_see(world, agent):
    assert names(agent.get("/api/bases/"), "name") == ["我方知识库"]
    assert set(names(agent.get("/api/documents/"), "name")) == {"我方文件.md", "我方扫描文件.pdf", "我方问答"}
    assert names(agent.get("/api/conversations/"), "customer") == ["我方客户"]
    messages = agent.get(f"/api/conversations/{world.ours.conversation.pk}/messages/")
    assert names(messages, "text") == ["我方问题", "我方答复"]


def test_an_administrator_sees_both_sides(world):
    assert names(world.client("administrator").get("/api/bases/"), "name") == ["我方知识库", "机密知识库"]


@pytest.mark.parametrize(
    "path",
    ["bases/{base.pk}/", "documents/{document.pk}/", "conversations/{conversation.pk}/", "conversations/{conversation.pk}/messages/"],
)
def test_other_rows_do_not_exist(world, agent, path):
    assert agent.get("/api/" + path.format(**vars(world.ours))).status_code == 200
    assert agent.get("/api/" + path.format(**vars(world.theirs))).status_code == 404


def test_documents_narrow_to_a_base(world):
    admin = world.client("administrator")
    narrowed = names(admin.get("/api/documents/", {"base": world.theirs.base.pk}), "name")
    assert set(narrowed) == {"机密文件.md", "机密扫描文件.pdf", "机密问答"}


def test_asking_gives_a_question_to_come_back_for(world, agent):
    response = agent.post("/api/questions/", {"text": "怎么退货", "bases": [world.ours.base.pk]}, content_type="application/json")
    assert (response.status_code, response.json()["state"]) == (202, "queued")
    assert agent.get(f"/api/questions/{response.json()['id']}/").json()["text"] == "怎么退货"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": "", "bases": [1]}, 400),
        ({"text": "x"}, 400),
        ({"text": "x", "bases": []}, 400),
        ({"text": "x", "bases": ["a"]}, 400),
        ({"text": "x", "bases": [999999]}, 404),
    ],
)
def test_bad_questions_are_refused_as_json(world, agent, body, status):
    response = agent.post("/api/questions/", body, content_type="application/json")
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/json")
    assert not Question.objects.exists()


def test_questions_are_private(world, agent):
    row = question_make(world.people["user"], world.ours)
    assert agent.get(f"/api/questions/{row.pk}/").status_code == 404
    assert names(agent.get("/api/questions/"), "id") == []


def test_nothing_is_changed_through_the_api_but_questions(world, agent):
    for path in (f"/api/bases/{world.ours.base.pk}/", f"/api/conversations/{world.ours.conversation.pk}/"):
        assert agent.delete(path).status_code == 405
        assert agent.patch(path, {"name": "x"}, content_type="application/json").status_code == 405


@pytest.mark.parametrize("path", ["bases/", "documents/", "conversations/", "questions/"])
def test_strangers_get_nothing(client, db, path):
    assert client.get("/api/" + path).status_code == 403


def test_the_schema_names_every_endpoint(world, agent):
    schema = agent.get(reverse("api:schema")).content.decode()
    for path in ("/api/bases/", "/api/documents/{id}/", "/api/conversations/{id}/messages/", "/api/questions/"):
        assert path in schema
