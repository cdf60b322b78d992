"""Pages of uploads: plain forms, the script's requests, refused files, few queries at five hundred."""

import tempfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from knowledge.models import Document, DocumentVersion, UploadBatch
from scrm.jobs.models import Job

JSON = {"accept": "application/json"}


@pytest.fixture
def manager(client, person, base, upload):
    client.force_login(person("knowledge_manager", base))
    return client


@pytest.fixture
def five_hundred(base, upload) -> UploadBatch:
    """250 waiting, 150 published, 100 failed."""
    batch = UploadBatch.objects.create(base=base, expected=510, refused=[[f"{n}.exe", "不支持"] for n in range(10)])
    documents = Document.objects.bulk_create([Document(base=base, name=f"{n}.md") for n in range(500)])
    states = ["received"] * 250 + ["published"] * 150 + ["failed"] * 100
    versions = DocumentVersion.objects.bulk_create(
        DocumentVersion(document=document, base=base, number=1, sha256=f"{n:064}", state=state, batch=batch, error_code="empty")
        for n, (document, state) in enumerate(zip(documents, states, strict=True))
    )
    Job.objects.bulk_create(Job(kind="ingest", subject_id=version.pk) for version in versions[:250])
    return batch


def send(client, base, name: str, content: bytes, **fields):
    return client.post(reverse("knowledge:upload", args=[base.pk]), {"files": SimpleUploadedFile(name, content), **fields}, headers=JSON)


def test_several_files_of_a_plain_form_are_a_batch(manager, base):
    files = [
        SimpleUploadedFile("甲.md", "甲的内容。".encode()),
        SimpleUploadedFile("乙.md", "乙的内容。".encode()),
        SimpleUploadedFile("坏.exe", b"MZ"),
    ]
    page = manager.post(reverse("knowledge:upload", args=[base.pk]), {"files": files}, follow=True)
    batch = UploadBatch.objects.get()
    assert page.redirect_chain[-1][0] == reverse("knowledge:batch", args=[batch.pk])
    assert sorted(batch.versions.values_list("document__name", flat=True)) == ["乙.md", "甲.md"]
    assert [name for name, _cause in batch.refused] == ["坏.exe"]
    assert "坏.exe" in page.content.decode()


def test_the_script_opens_a_batch_and_keeps_folders_in_names(manager, base):
    opened = manager.post(reverse("knowledge:batch_new", args=[base.pk]), {"files": "2"}).json()
    good = send(manager, base, "甲.md", "甲的内容。".encode(), batch=opened["batch"], paths="规定/售后/甲.md")
    bad = send(manager, base, "空.md", b" ", batch=opened["batch"], paths="规定/空.md")
    batch = UploadBatch.objects.get()
    assert (good.json()["files"][0]["name"], bad.status_code) == ("规定/售后/甲.md", 400)
    assert (batch.expected, batch.versions.count(), batch.refused[0][0]) == (2, 1, "规定/空.md")


def test_a_cancelled_batch_tells_the_script_to_stop(manager, base):
    opened = manager.post(reverse("knowledge:batch_new", args=[base.pk]), {"files": "2"}).json()
    manager.post(reverse("knowledge:batch_cancel", args=[opened["batch"]]))
    answer = send(manager, base, "甲.md", "甲的内容。".encode(), batch=opened["batch"])
    assert (answer.status_code, answer.json()["files"][0]["code"], DocumentVersion.objects.count()) == (409, "upload_cancelled", 0)


def test_a_batch_of_another_base_takes_nothing(manager, base, person):
    from knowledge.services.bases import base_create

    other = UploadBatch.objects.create(base=base_create(actor=None, name="别的"), expected=1)
    assert send(manager, base, "甲.md", "甲的内容。".encode(), batch=other.pk).status_code == 404
    assert DocumentVersion.objects.count() == 0


def test_a_file_over_the_limit_is_not_stored_and_the_others_are(manager, base, settings):
    settings.UPLOAD_MAX_BYTES = 2_000_000
    files = [SimpleUploadedFile("大.txt", b"x" * 2_000_001), SimpleUploadedFile("小.md", "小的内容。".encode())]
    manager.post(reverse("knowledge:upload", args=[base.pk]), {"files": files})
    batch = UploadBatch.objects.get()
    assert [name for name, _cause in batch.refused] == ["大.txt"]
    assert batch.versions.count() == 1
    assert [path.name for path in (settings.MEDIA_ROOT / "incoming").iterdir()] == []
    answer = send(manager, base, "大.txt", b"x" * 2_000_001)
    assert (answer.status_code, answer.json()["files"][0]["code"]) == (413, "too_large")


def test_nothing_of_what_a_stranger_sends_is_stored(client, base, upload, monkeypatch):
    made = []
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda **options: made.append(options))
    client.post(reverse("dashboard:sign_in"), {"files": SimpleUploadedFile("大.txt", b"x" * 1000)})
    assert made == []


PAUSE, RESUME, CANCEL, RETRY = (reverse_name for reverse_name in ("batch_pause", "batch_resume", "batch_cancel", "batch_retry"))


def test_buttons_appear_when_they_do_something(manager, five_hundred):
    url = reverse("knowledge:batch", args=[five_hundred.pk])

    def shown() -> set[str]:
        body = manager.get(url).content.decode()
        return {name for name in (PAUSE, RESUME, CANCEL, RETRY) if reverse(f"knowledge:{name}", args=[five_hundred.pk]) in body}

    assert shown() == {PAUSE, CANCEL, RETRY}
    manager.post(reverse("knowledge:batch_pause", args=[five_hundred.pk]))
    assert shown() == {RESUME, CANCEL, RETRY}
    manager.post(reverse("knowledge:batch_resume", args=[five_hundred.pk]))
    manager.post(reverse("knowledge:batch_cancel", args=[five_hundred.pk]))
    assert shown() == {RETRY}


def test_an_agent_sees_and_changes_nothing(client, person, base, five_hundred):
    client.force_login(person("agent", base))
    body = client.get(reverse("knowledge:batch", args=[five_hundred.pk])).content.decode()
    assert 'method="post"' not in body.partition("<main")[2]


@pytest.mark.parametrize("name", ["batch", "batch_rows", "batches"])
def test_five_hundred_files_need_few_queries(manager, base, five_hundred, name, django_assert_max_num_queries):
    pk = base.pk if name == "batches" else five_hundred.pk
    with django_assert_max_num_queries(24):
        body = manager.get(reverse(f"knowledge:{name}", args=[pk])).content.decode()
    assert len(body) < 120_000


def test_a_failed_file_shows_its_cause_and_lists_can_be_narrowed(manager, five_hundred):
    url = reverse("knowledge:batch", args=[five_hundred.pk])
    body = manager.get(f"{url}?show=failed").content.decode()
    assert body.count("field-error") == 50 + 10
    assert manager.get(f"{url}?show=failed&page=2").content.decode().count("field-error") == 50 + 10
    assert "450.md" not in manager.get(f"{url}?show=done").content.decode()


def test_pages_of_a_moving_batch_ask_for_themselves_and_those_of_a_paused_one_rest(manager, five_hundred):
    url = reverse("knowledge:batch_rows", args=[five_hundred.pk])
    assert "every 2s" in manager.get(url).content.decode()
    manager.post(reverse("knowledge:batch_pause", args=[five_hundred.pk]))
    assert "every 2s" not in manager.get(url).content.decode()
