"""Files that were handed in together: counts, pause, cancel, retry, turns between uploads."""

from io import BytesIO

import pytest

from knowledge.batch_selectors import batch_progress
from knowledge.ingestion import claims, stages
from knowledge.ingestion.claims import jobs_waiting
from knowledge.ingestion.pipeline import jobs_run
from knowledge.ingestion.turns import jobs_next
from knowledge.models import Chunk, Document, DocumentVersion, UploadBatch
from knowledge.services.bases import base_remove
from knowledge.services.batches import batch_cancel, batch_open, batch_pause, batch_resume, batch_retry, batch_upload
from knowledge.services.uploads import Refused
from knowledge.tasks import version_ingest_task
from scrm.core.errors import Conflict, NotAllowed
from scrm.jobs.models import Job


@pytest.fixture
def batch(base, upload) -> UploadBatch:
    return batch_open(actor=None, base=base, expected=4)


def take(batch: UploadBatch, name: str, text: str = ""):
    return batch_upload(actor=None, batch=batch, name=name, file=BytesIO((text or f"# {name}\n\n{name}的内容。").encode()))


def counts(batch: UploadBatch) -> dict[str, int]:
    batch.refresh_from_db()
    progress = batch_progress(batch)
    names = ("waiting", "running", "held", "done", "failed", "cancelled", "refused", "unchanged", "to_come", "percent")
    return {name: value for name in names if (value := getattr(progress, name))}


def run_all() -> None:
    while turn := jobs_next():
        jobs_run(turn)


def test_every_file_is_counted_once(batch, upload):
    upload("旧.md", "# 旧\n\n内容。")
    take(batch, "旧.md", "# 旧\n\n内容。")
    take(batch, "甲.md")
    take(batch, "甲.md")  # its answer was lost and it was sent again
    with pytest.raises(Refused):
        take(batch, "空.md", " ")
    assert counts(batch) == {"waiting": 1, "refused": 1, "unchanged": 1, "to_come": 1, "percent": 50}
    run_all()
    take(batch, "空.md", "现在有内容了。")
    assert counts(batch) == {"waiting": 1, "done": 1, "unchanged": 1, "to_come": 1, "percent": 50}


def test_a_paused_batch_starts_nothing_and_goes_on_where_it_stood(batch):
    first, second = take(batch, "甲.md"), take(batch, "乙.md")
    batch_pause(actor=None, batch=batch)
    third = take(batch, "丙.md")  # arrives meanwhile
    version_ingest_task(first.job.pk, second.job.pk)
    Job.objects.update(created_at="2020-01-01T00:00:00Z")
    assert (jobs_next(), jobs_waiting(10)) == ([], [])
    assert counts(batch) == {"held": 3, "to_come": 1}
    batch_resume(actor=None, batch=batch)
    assert sorted(jobs_next()) == [first.job.pk, second.job.pk, third.job.pk]
    run_all()
    assert counts(batch) == {"done": 3, "to_come": 1, "percent": 75}


def test_a_running_import_stops_at_its_next_step_and_keeps_what_it_has(batch, monkeypatch):
    taken = take(batch, "甲.md")
    real = stages.read_version
    monkeypatch.setattr(stages, "read_version", lambda *given: (real(*given), batch_pause(actor=None, batch=batch)))
    run_all()
    taken.version.refresh_from_db()
    assert (taken.version.state, counts(batch)) == ("chunked", {"held": 1, "to_come": 3})
    batch_resume(actor=None, batch=batch)
    monkeypatch.setattr(stages, "read_version", lambda *given: pytest.fail("read twice"))
    run_all()
    assert counts(batch)["done"] == 1


def test_pausing_one_leaves_the_others_of_its_group_alone(base, batch, upload, monkeypatch):
    other = upload("别人.md", "# 别人\n\n别人的内容。", run=False)
    take(batch, "甲.md")
    real = stages.embedding

    def embedding(versions, *given):
        if len(versions) == 2:
            batch_pause(actor=None, batch=batch)
        return real(versions, *given)

    monkeypatch.setattr(stages, "embedding", embedding)
    jobs_run(jobs_next())
    other.version.refresh_from_db()
    assert (other.version.state, counts(batch)["held"]) == ("published", 1)


def test_a_worker_that_was_paused_and_replaced_does_not_report_any_more(batch):
    taken = take(batch, "甲.md")
    works = claims.claimed([taken.job.pk])
    batch_pause(actor=None, batch=batch)
    batch_resume(actor=None, batch=batch)
    assert claims.claimed([taken.job.pk])
    with pytest.raises(claims.JobLost):
        claims.report(works, "chunk")


def test_cancelling_keeps_what_is_published_and_publishes_nothing_more(base, batch, monkeypatch):
    take(batch, "甲.md")
    run_all()
    second = take(batch, "乙.md")
    real = stages.read_version
    with monkeypatch.context() as patch:
        patch.setattr(stages, "read_version", lambda *given: (real(*given), batch_cancel(actor=None, batch=batch)))
        run_all()
    assert counts(batch) == {"done": 1, "cancelled": 1, "percent": 100}
    assert list(Document.objects.filter(live_version__isnull=False).values_list("name", flat=True)) == ["甲.md"]
    with pytest.raises(Conflict):
        take(batch, "丙.md")
    assert batch_retry(actor=None, batch=batch) == 0
    assert batch_retry(actor=None, batch=batch, cancelled=True) == 1
    run_all()
    second.version.refresh_from_db()
    assert (second.version.state, counts(batch)["done"]) == ("published", 2)


def test_uploading_a_cancelled_file_again_imports_it(base, batch, upload):
    take(batch, "甲.md", "# 甲\n\n内容。")
    batch_cancel(actor=None, batch=batch)
    assert upload("甲.md", "# 甲\n\n内容。").version.state == "published"


def test_failed_files_are_retried_together_from_where_they_stood(batch, endpoint, monkeypatch):
    for name in ("甲.md", "乙.md"):
        take(batch, name)
    take(batch, "坏.pdf", "%PDF-1.4 broken")
    endpoint.failures[:] = [400] * 20
    run_all()
    endpoint.failures[:] = []
    assert counts(batch)["failed"] == 3
    chunked = Chunk.objects.count()
    assert batch_retry(actor=None, batch=batch) == 3
    run_all()
    assert (counts(batch)["done"], counts(batch)["failed"], Chunk.objects.count()) == (2, 1, chunked)


def test_a_later_single_file_does_not_wait_for_five_hundred(base, batch, upload):
    for number in range(30):
        take(batch, f"{number}.md")
    single = upload("急.md", "# 急\n\n急件。", run=False)
    assert single.job.pk in jobs_next()
    assert len(jobs_next()) == 8


def test_large_files_make_small_turns(batch):
    for name in ("甲.md", "乙.md", "丙.md"):
        take(batch, name)
    DocumentVersion.objects.update(size=15_000_000)
    assert len(jobs_next()) == 1


def test_only_who_may_add_documents_may_pause(batch, base, person):
    for who in (person("agent", base), person("knowledge_manager")):
        for verb in (batch_pause, batch_resume, batch_cancel, batch_retry):
            with pytest.raises(NotAllowed):
                verb(actor=who, batch=batch)


def test_a_base_goes_with_its_batches(transactional_db, base, batch):
    take(batch, "甲.md")
    run_all()
    base_remove(actor=None, base=base)
    assert (UploadBatch.objects.count(), DocumentVersion.objects.count()) == (0, 0)
