"""Documents, versions and entries through the API: what they do, for whom, and how failures look."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from knowledge.choices import Audience
from knowledge.models import Document, DocumentVersion, FaqEntry
from tests.api.conftest import committed_world  # noqa: F401  (a fixture)


@pytest.fixture
def world(committed_world):  # noqa: F811
    return committed_world


@pytest.fixture
def manager(world):
    return world.client("knowledge_manager")


def upload(client, base, content: str = "七天内可以退货。", key: str = "", name: str = "新政策.md"):
    headers = {"Idempotency-Key": key} if key else {}
    body = {"base": base.pk, "file": SimpleUploadedFile(name, content.encode())}
    return client.post("/api/documents/", body, headers=headers)


def test_an_upload_makes_a_document_and_its_version(world, manager):
    response = upload(manager, world.ours.base)
    assert (response.status_code, response.json()["outcome"]) == (201, "created")
    document = response.json()["document"]["id"]
    versions = manager.get(f"/api/documents/{document}/versions/").json()["results"]
    assert [(row["number"], row["state"]) for row in versions] == [(1, "received")]


def test_the_same_key_and_content_has_one_effect_and_one_answer(world, manager):
    first = upload(manager, world.ours.base, key="k1")
    again = upload(manager, world.ours.base, key="k1")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotent-Replayed"] == "true"
    assert DocumentVersion.objects.filter(document__name="新政策.md").count() == 1


def test_the_same_key_with_other_content_is_refused(world, manager):
    upload(manager, world.ours.base, key="k1")
    other = upload(manager, world.ours.base, "三十天内可以退货。", key="k1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert DocumentVersion.objects.filter(document__name="新政策.md").count() == 1


def test_a_refused_upload_leaves_the_key_free(world, manager):
    assert upload(manager, world.ours.base, "\x00\x01\x02", key="k1").status_code == 400
    assert upload(manager, world.ours.base, key="k1").status_code == 201


def test_uploads_need_the_role_and_the_grant(world, manager):
    assert upload(world.client("agent"), world.ours.base).status_code == 403
    assert upload(manager, world.theirs.base).status_code == 404
    assert not Document.objects.filter(name="新政策.md").exists()


def test_removing_and_restoring(world, manager):
    path = f"/api/documents/{world.ours.document.pk}/"
    assert manager.delete(path).status_code == 204
    assert manager.get(path).json()["removed_at"]
    assert world.ours.document.pk not in [row["id"] for row in manager.get("/api/documents/").json()["results"]]
    assert [row["id"] for row in manager.get("/api/documents/", {"removed": "true"}).json()["results"]] == [world.ours.document.pk]
    assert manager.post(path + "restore/").status_code == 200
    assert manager.get(path).json()["removed_at"] is None


@pytest.mark.parametrize(("method", "path"), [("delete", ""), ("post", "restore/"), ("get", "versions/"), ("get", "")])
def test_documents_without_a_grant_do_not_exist(world, manager, method, path):
    assert getattr(manager, method)(f"/api/documents/{world.theirs.document.pk}/{path}").status_code == 404


def test_an_entry_is_made_changed_removed_and_restored(world, manager):
    body = {"base": world.ours.base.pk, "question": "怎么开发票？", "answer": "在订单页申请。", "similar": ["发票怎么开"]}
    made = manager.post("/api/faq/", body, content_type="application/json", headers={"Idempotency-Key": "f1"})
    assert made.status_code == 201, made.content
    again = manager.post("/api/faq/", body, content_type="application/json", headers={"Idempotency-Key": "f1"})
    assert again.json()["id"] == made.json()["id"]
    path = f"/api/faq/{made.json()['id']}/"
    changed = manager.patch(path, {"answer": "在“我的订单”里申请。", "audience": Audience.INTERNAL}, content_type="application/json")
    assert (changed.json()["answer"], changed.json()["similar"], changed.json()["audience"]) == (
        "在“我的订单”里申请。",
        ["发票怎么开"],
        "internal",
    )
    assert manager.delete(path).status_code == 204
    assert manager.get(path).json()["removed_at"]
    assert manager.post(path + "restore/").json()["removed_at"] is None


def test_entries_without_a_grant_or_the_role_stay_as_they_are(world, manager):
    theirs, ours = f"/api/faq/{world.theirs.faq.pk}/", f"/api/faq/{world.ours.faq.pk}/"
    assert manager.patch(theirs, {"answer": "x"}, content_type="application/json").status_code == 404
    assert world.client("agent").patch(ours, {"answer": "x"}, content_type="application/json").status_code == 403
    assert not FaqEntry.objects.filter(answer="x").exists()


def test_who_does_not_work_on_documents_reads_none(world):
    Document.objects.filter(pk=world.ours.document.pk).update(audience=Audience.INTERNAL)
    for path in ("documents/", "versions/", "faq/", f"documents/{world.ours.document.pk}/"):
        assert world.client("user").get(f"/api/{path}").status_code == 403


def test_failures_have_one_shape(world, manager):
    answers = [
        manager.post("/api/faq/", {}, content_type="application/json"), manager.get("/api/documents/999999/"),
        manager.put("/api/bases/", {}, content_type="application/json"), world.client("anonymous").get("/api/documents/"),
        upload(manager, world.ours.base, ""),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [400, 404, 405, 403, 400]
    assert all(set(answer.json()) == {"code", "message", "fields"} for answer in answers)
    assert "question" in answers[0].json()["fields"]


def test_a_search_without_a_worker_is_to_be_come_back_for(world):
    response = world.client("agent").post("/api/search/", {"text": "退货", "bases": [world.ours.base.pk]}, content_type="application/json")
    assert (response.status_code, response.json()["state"]) == (202, "queued")
    other = world.client("agent").post("/api/search/", {"text": "退货", "bases": [world.theirs.base.pk]}, content_type="application/json")
    assert other.status_code == 404
