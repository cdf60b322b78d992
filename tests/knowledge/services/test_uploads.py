"""What an upload does with contents that are new, known, changed back, doubled, failed or refused."""

import os
from io import BytesIO
from pathlib import Path

import pytest

from knowledge.models import ChunkEmbedding, Document, DocumentVersion, TermStat
from knowledge.services.bases import base_create, base_remove
from knowledge.services.documents import document_remove
from knowledge.services.uploads import Outcome, Refused, TooLarge, clean_name, document_upload, incoming_purge
from knowledge.services.versions import version_publish_again, version_retry
from scrm.audit.models import AuditEntry
from scrm.core.errors import Conflict, NotAllowed
from scrm.jobs.models import Job

OLD = "# 退货政策\n\n七天无理由退货。"
NEW = "# 退货政策\n\n十五天无理由退货。"


def live(base) -> dict[str, int]:
    return {document.name: document.live_version.number for document in Document.objects.filter(base=base, live_version__isnull=False)}


def files(settings) -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_first_upload_is_published(upload, base):
    result = upload("退货.md", OLD)
    base.refresh_from_db()
    assert (result.outcome, result.version.state, live(base)) == (Outcome.CREATED, "published", {"退货.md": 1})
    assert (result.document.title, base.live_chunks) == ("退货政策", 1)
    assert {"document.upload", "version.publish"} <= set(AuditEntry.objects.values_list("action", flat=True))


def test_the_same_content_again_is_no_work(upload, base, endpoint):
    upload("退货.md", OLD)
    asked = len(endpoint.requests)
    assert upload("退货.md", OLD).outcome == Outcome.UNCHANGED
    assert (Job.objects.count(), DocumentVersion.objects.count(), len(endpoint.requests)) == (1, 1, asked)


def test_a_changed_file_is_a_new_version_of_the_document(upload, base):
    first = upload("退货.md", OLD).version
    upload("退货.md", NEW)
    first.refresh_from_db()
    base.refresh_from_db()
    assert (live(base), first.state, base.live_chunks) == ({"退货.md": 2}, "superseded", 1)


def test_going_back_to_an_older_content_makes_that_version_the_latest(upload, base, endpoint):
    first = upload("退货.md", OLD).version
    upload("退货.md", NEW)
    asked = len(endpoint.requests)
    assert upload("退货.md", OLD).outcome == Outcome.RESTORED
    first.refresh_from_db()
    assert (live(base), first.state) == ({"退货.md": 3}, "published")
    assert len(endpoint.requests) == asked  # its vectors were kept


def test_a_slower_older_import_does_not_replace_a_newer_one(upload, base):
    from knowledge.ingestion.pipeline import jobs_run

    slow = upload("退货.md", OLD, run=False)
    upload("退货.md", NEW)
    jobs_run([slow.job.pk])
    slow.version.refresh_from_db()
    assert (live(base), slow.version.state) == ({"退货.md": 2}, "superseded")


def test_the_same_content_under_another_name_is_not_doubled(upload, base):
    upload("退货.md", OLD)
    assert upload("副本.md", OLD).outcome == Outcome.DUPLICATE
    assert live(base) == {"退货.md": 1}


def test_content_that_no_longer_answers_elsewhere_may_come_in_under_another_name(upload, base):
    upload("退货.md", OLD)
    upload("退货.md", NEW)
    assert upload("旧版.md", OLD).outcome == Outcome.CREATED
    assert live(base) == {"退货.md": 2, "旧版.md": 1}
    assert upload("旧版.md", OLD).outcome == Outcome.UNCHANGED


def test_a_removed_document_leaves_nothing_that_answers_and_comes_back_on_upload(upload, base):
    document = upload("退货.md", OLD).document
    document_remove(actor=None, document=document)
    base.refresh_from_db()
    assert (live(base), base.live_chunks, base.live_length, TermStat.objects.count()) == ({}, 0, 0, 0)
    assert upload("退货.md", OLD).outcome == Outcome.RESTORED
    assert live(base) == {"退货.md": 1}


def test_a_document_removed_during_its_import_stays_away(upload, base):
    from knowledge.ingestion.pipeline import jobs_run

    result = upload("退货.md", OLD, run=False)
    document_remove(actor=None, document=result.document)
    jobs_run([result.job.pk])
    assert live(base) == {}


def test_a_failed_version_leaves_the_old_one_answering_and_can_be_retried(upload, base, settings):
    upload("价格.html", "<p>一百元。</p>")
    broken = upload("价格.html", "<script>x</script>").version
    assert (broken.state, broken.error_code, broken.failed_at, live(base)) == ("failed", "empty", "received", {"价格.html": 1})
    assert version_retry(actor=None, version=broken).state == "queued"
    with pytest.raises(Conflict):
        version_retry(actor=None, version=broken)


def test_an_earlier_version_answers_again_at_once(upload, base, endpoint):
    first = upload("退货.md", OLD).version
    upload("退货.md", NEW)
    asked, jobs = len(endpoint.requests), Job.objects.count()
    assert version_publish_again(actor=None, version=first)
    assert (live(base), len(endpoint.requests), Job.objects.count()) == ({"退货.md": 3}, asked, jobs)


def test_unchanged_chunks_keep_their_vectors(upload, endpoint):
    paragraph = "".join(f"第{n}条规定的正文内容在这里。" for n in range(40))
    upload("长.md", f"# 题\n\n## 甲\n\n{paragraph}\n\n## 乙\n\n{paragraph}乙")
    asked = sum(len(body["input"]) for body in endpoint.requests)
    upload("长.md", f"# 题\n\n## 甲\n\n{paragraph}\n\n## 乙\n\n{paragraph}丙")
    assert sum(len(body["input"]) for body in endpoint.requests) - asked < asked
    assert ChunkEmbedding.objects.count() == 2 * asked


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.exe", b"x", "unsupported"),
        ("a.md", b"", "empty"),
        ("a.md", b"GIF89a", "other_image"),
        ("a.docx", b"PK\x03\x04broken", "corrupt"),
        ("/", b"x", "no_name"),
    ],
)
def test_the_edge_refuses_and_keeps_nothing(upload, settings, name, content, code):
    with pytest.raises(Refused) as error:
        upload(name, content)
    assert (error.value.code, files(settings), DocumentVersion.objects.count()) == (code, [], 0)


def test_too_large_a_file_is_refused_while_it_streams(upload, settings):
    settings.UPLOAD_MAX_BYTES = 1000
    with pytest.raises(TooLarge):
        upload("a.md", b"x" * 1001)
    assert files(settings) == []


def test_nobody_uploads_without_role_and_grant(upload, person, base, settings):
    other = base_create(actor=None, name="别的")
    for actor in (person("agent", base), person("knowledge_manager", other)):
        with pytest.raises(NotAllowed):
            document_upload(actor=actor, base=base, name="a.md", file=BytesIO(b"x"))
    assert files(settings) == []


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.md", "etc/passwd.md"),
        ("C:\\temp\\报价.md", "C/temp/报价.md"),
        ("a\x00b\u202e.md", "ab.md"),
        ("手册/退货.md", "手册/退货.md"),
    ],
)
def test_names_can_not_lead_anywhere(name, clean):
    assert clean_name(name) == clean


def test_removing_a_base_removes_everything(upload, base):
    upload("退货.md", OLD)
    upload("退货.md", NEW)
    base_remove(actor=None, base=base)
    assert [model.objects.count() for model in (Document, DocumentVersion, ChunkEmbedding, TermStat)] == [0, 0, 0, 0]


def test_what_a_killed_process_received_is_cleaned_up_after_a_day(upload, settings):
    upload("退货.md", OLD)
    folder = settings.MEDIA_ROOT / "incoming"
    old, fresh = folder / "old", folder / "fresh"
    old.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(old, (0, 0))
    assert (incoming_purge(), list(folder.iterdir())) == (1, [fresh])
