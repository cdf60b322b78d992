"""Pages show only what a grant allows, and work without JavaScript."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from knowledge.models import Document
from knowledge.services.bases import base_create

MD = "# 退货政策\n\n七天无理由退货。运费由买家承担。"


@pytest.fixture
def secret(upload):
    """A document in a base on which nobody holds a grant."""
    other = base_create(actor=None, name="绝密项目")
    return upload("机密名单.md", "# 机密标题\n\n不可外泄的内容。", into=other).version.document


PAGES = ("knowledge:bases", "knowledge:base", "knowledge:base_rows", "knowledge:document")


def urls(document: Document) -> list[str]:
    return [
        reverse("knowledge:bases"), reverse("knowledge:base", args=[document.base_id]), reverse("knowledge:base_rows", args=[document.base_id]),
        reverse("knowledge:document", args=[document.pk]), reverse("knowledge:document", args=[document.pk]) + "?view=chunks",
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["knowledge_manager", "agent", "user"])
def test_without_a_grant_nothing_of_a_base_is_seen(client, person, upload, base, secret, role):
    client.force_login(person(role, base))
    for url in urls(secret):
        body = client.get(url).content.decode()
        assert not any(word in body for word in ("绝密项目", "机密名单", "机密标题", "不可外泄"))


@pytest.mark.parametrize("name", ["base", "base_rows", "document"])
def test_a_hidden_page_is_not_there(client, person, base, secret, name):
    client.force_login(person("knowledge_manager", base))
    pk = secret.pk if name == "document" else secret.base_id
    assert client.get(reverse(f"knowledge:{name}", args=[pk])).status_code == 404


@pytest.mark.parametrize("name", ["upload", "remove", "retry", "publish_again"])
def test_hidden_things_can_not_be_changed(client, person, base, secret, name):
    client.force_login(person("knowledge_manager", base))
    pk = {"upload": secret.base_id, "remove": secret.pk}.get(name, secret.live_version_id)
    assert client.post(reverse(f"knowledge:{name}", args=[pk])).status_code == 404
    secret.refresh_from_db()
    assert secret.live_version_id
    assert secret.removed_at is None


@pytest.mark.parametrize("name", ["upload", "remove", "retry", "publish_again"])
@pytest.mark.parametrize("role", ["agent", "user"])
def test_only_managers_change_documents(client, person, base, upload, role, name):
    document = upload("退货.md", MD).version.document
    client.force_login(person(role, base))
    pk = {"upload": base.pk, "remove": document.pk}.get(name, document.versions.get().pk)
    assert client.post(reverse(f"knowledge:{name}", args=[pk])).status_code == 403


def test_anonymous_people_sign_in_first(client, upload):
    for url in urls(upload("退货.md", MD).version.document):
        assert client.get(url).status_code == 302


def test_a_plain_form_uploads_several_files(client, person, base, upload):
    client.force_login(person("knowledge_manager", base))
    files = [SimpleUploadedFile("退货.md", MD.encode()), SimpleUploadedFile("图.png", b"\x89PNG....")]
    page = client.post(reverse("knowledge:upload", args=[base.pk]), {"files": files}, follow=True)
    body = page.content.decode()
    assert "退货.md" in body
    assert "图.png" in body
    assert list(Document.objects.values_list("name", flat=True)) == ["退货.md"]


def test_the_script_sends_one_file_and_hears_what_became_of_it(client, person, base, upload):
    client.force_login(person("knowledge_manager", base))
    url = reverse("knowledge:upload", args=[base.pk])
    good = client.post(url, {"files": SimpleUploadedFile("退货.md", MD.encode())}, headers={"accept": "application/json"})
    assert good.json()["files"][0]["outcome"] == "created"
    bad = client.post(url, {"files": SimpleUploadedFile("空.md", b"  ")}, headers={"accept": "application/json"})
    assert (bad.status_code, bad.json()["files"][0]["code"]) == (400, "empty")


def test_the_table_shows_stages_failure_and_success(client, person, base, upload):
    client.force_login(person("knowledge_manager", base))
    upload("好.md", MD)
    upload("等.md", MD + "等。", run=False)
    upload("坏.pdf", b"%PDF-1.4 broken")
    body = client.get(reverse("knowledge:base_rows", args=[base.pk])).content.decode()
    assert body.count("badge-good") == 1
    assert body.count("<progress") == 1
    assert body.count(reverse("knowledge:retry", args=[Document.objects.get(name="坏.pdf").versions.get().pk])) == 1


def test_the_table_needs_few_queries(client, person, base, upload, django_assert_max_num_queries):
    client.force_login(person("knowledge_manager", base))
    for number in range(6):
        upload(f"{number}.md", f"{MD}{number}", run=False)
    with django_assert_max_num_queries(30):
        client.get(reverse("knowledge:base_rows", args=[base.pk]))


def test_the_quotation_is_marked_and_nothing_is_markup(client, person, base, upload):
    client.force_login(person("user", base))
    document = upload("退货.md", "# 退货\n\n<script>alert(1)</script>七天无理由退货。运费由买家承担。").version.document
    document.refresh_from_db()
    text = document.live_version.text
    start = text.index("七天")
    url = reverse("knowledge:document", args=[document.pk])
    body = client.get(f"{url}?version={document.live_version_id}&start={start}&end={start + 8}").content.decode()
    assert '<mark id="quote" tabindex="-1">七天无理由退货。</mark>' in body
    assert "<script>alert" not in body


def test_an_earlier_version_says_that_it_does_not_answer(client, person, base, upload):
    client.force_login(person("agent", base))
    old = upload("退货.md", MD).version
    upload("退货.md", MD + "新。")
    body = client.get(reverse("knowledge:document", args=[old.document_id]) + f"?version={old.pk}").content.decode()
    assert "notice-warn" in body


def test_a_version_of_another_document_is_not_shown(client, person, base, upload, secret):
    client.force_login(person("agent", base))
    own = upload("退货.md", MD).version
    assert client.get(reverse("knowledge:document", args=[own.document_id]) + f"?version={secret.live_version_id}").status_code == 404


def test_a_manager_makes_a_base_and_may_use_it(client, person):
    client.force_login(person("knowledge_manager"))
    page = client.post(reverse("knowledge:base_new"), {"name": "新知识库", "description": ""}, follow=True)
    assert "新知识库" in page.content.decode()
    assert client.post(reverse("knowledge:base_new"), {"name": "新知识库"}).context["form"].errors


def test_removing_takes_the_document_off_the_page(client, person, base, upload):
    client.force_login(person("knowledge_manager", base))
    document = upload("退货.md", MD).version.document
    page = client.post(reverse("knowledge:remove", args=[document.pk]), follow=True)
    assert "退货.md" not in page.content.decode()


ADMIN = ("knowledgebase", "document", "documentversion")


@pytest.mark.parametrize("model", ADMIN)
def test_the_administration_shows_only_what_is_granted(client, person, base, upload, secret, model):
    upload("退货.md", MD)
    client.force_login(person("knowledge_manager", base))
    body = client.get(reverse(f"admin:knowledge_{model}_changelist")).content.decode()
    assert not any(word in body for word in ("绝密项目", "机密名单", "机密标题"))
    assert "售后" in body


@pytest.mark.parametrize("model", ADMIN)
def test_hidden_rows_have_no_page_in_the_administration(client, person, base, secret, model):
    client.force_login(person("knowledge_manager", base))
    pk = {"knowledgebase": secret.base_id, "document": secret.pk, "documentversion": secret.live_version_id}[model]
    page = client.get(reverse(f"admin:knowledge_{model}_change", args=[pk]))
    assert page.status_code in (302, 403, 404)
    assert "机密" not in page.content.decode()


def test_upload_in_the_administration(client, person, base, upload):
    client.force_login(person("knowledge_manager", base))
    url = reverse("admin:knowledge_document_add")
    assert client.get(url).status_code == 200
    files = [SimpleUploadedFile("一.md", MD.encode()), SimpleUploadedFile("二.md", MD.encode() + b"2")]
    assert client.post(url, {"base": base.pk, "files": files}).status_code == 302
    assert Document.objects.count() == 2


def test_retry_in_the_administration(client, person, base, upload):
    version = upload("坏.pdf", b"%PDF-1.4 broken").version
    client.force_login(person("knowledge_manager", base))
    url = reverse("admin:knowledge_documentversion_changelist")
    assert client.post(url, {"action": "retry", "_selected_action": [version.pk]}).status_code == 302
    version.refresh_from_db()
    assert version.state == "received"
