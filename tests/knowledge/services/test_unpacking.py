"""An archive of an upload is unpacked in slices: paused, cancelled, broken off and taken up again."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from knowledge.batch_selectors import batch_progress
from knowledge.models import Document, UploadBatch, UploadedArchive
from knowledge.services import unpacking
from knowledge.services.batches import batch_cancel, batch_open, batch_pause, batch_resume, batch_retry
from knowledge.services.purging import files_purge
from knowledge.services.unpacking import archive_open, archive_unpack, archives_drain, file_receive
from knowledge.services.uploads import Refused
from scrm.core.errors import Conflict, NotAllowed
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from tests.knowledge.services.test_archives import archive

FILES = [(f"{n}.md", f"# 第{n}节\n内容{n}".encode()) for n in range(5)]


@pytest.fixture
def batch(base, upload) -> UploadBatch:
    return batch_open(actor=None, base=base, expected=1)


@pytest.fixture
def one_a_slice(monkeypatch):
    monkeypatch.setattr(unpacking, "SLICE_S", 0.0)


@pytest.fixture
def row(batch, one_a_slice) -> UploadedArchive:
    return archive_open(actor=None, batch=batch, name="资料.zip", file=archive(*FILES))


def unpack(row: UploadedArchive, slices: int = 9) -> UploadedArchive:
    for _slice in range(slices):
        archive_unpack(job_id=fresh(row).job_id)
    return fresh(row)


def fresh(row: UploadedArchive) -> UploadedArchive:
    return UploadedArchive.objects.select_related("job", "batch").get(pk=row.pk)


def test_it_goes_slice_by_slice_and_leaves_no_file(row, batch):
    assert (batch_progress(batch).packed, batch_progress(batch).total, batch_progress(batch).moving) == (5, 5, True)
    unpack(row, 2)
    progress = batch_progress(batch)
    assert (progress.packed, progress.waiting, progress.total, fresh(row).job.done) == (3, 2, 5, 2)
    stored = Path(fresh(row).file.path)
    assert stored.exists()
    done = unpack(row)
    assert (done.over, done.job.state, stored.exists()) == (5, JobState.DONE, False)
    assert set(Document.objects.values_list("name", flat=True)) == {f"资料/{n}.md" for n in range(5)}
    assert (batch_progress(batch).packed, batch_progress(batch).waiting) == (0, 5)


def test_a_paused_one_rests_and_goes_on(row, batch):
    unpack(row, 1)
    batch_pause(actor=None, batch=batch)
    assert unpack(row).over == 1
    assert not batch_progress(fresh(row).batch).moving
    batch_resume(actor=None, batch=batch)
    assert unpack(row).over == 5


def test_a_cancelled_one_brings_nothing_more_until_it_is_wanted_after_all(row, batch):
    unpack(row, 2)
    batch_cancel(actor=None, batch=batch)
    assert (unpack(row).over, Document.objects.count()) == (2, 2)
    assert batch_progress(fresh(row).batch).cancelled == 5
    assert batch_retry(actor=None, batch=batch, cancelled=True) == 5
    assert unpack(row).over == 5
    assert batch_progress(fresh(row).batch).waiting == 5


def test_a_cancel_in_the_middle_of_a_slice_loses_no_file(row, batch, monkeypatch):
    monkeypatch.setattr(unpacking, "SLICE_S", 60.0)
    take = unpacking.member_take

    def cancelled_after_two(actor, base, the_batch, name, *rest):
        if name.endswith("2.md"):
            batch_cancel(actor=None, batch=batch)
        return take(actor, base, the_batch, name, *rest)

    with monkeypatch.context() as patched:
        patched.setattr(unpacking, "member_take", cancelled_after_two)
        assert unpack(row, 1).over == 2
    batch_retry(actor=None, batch=batch, cancelled=True)
    unpack(row)
    assert Document.objects.count() == 5


def test_a_killed_worker_counts_nothing_twice(row, batch):
    unpack(row, 2)
    UploadedArchive.objects.filter(pk=row.pk).update(over=1)  # killed after the second was taken in, before it was written down
    Job.objects.filter(pk=row.job_id).update(state=JobState.RUNNING, lease_until=datetime(2020, 1, 1, tzinfo=UTC))
    assert archives_drain() == 1
    unpack(row)
    progress = batch_progress(fresh(row).batch)
    assert (progress.waiting, progress.unchanged, progress.total) == (5, 0, 5)


def test_a_failure_says_why_and_the_rest_is_tried_again(row, batch):
    unpack(row, 2)
    path = Path(fresh(row).file.path)
    data = path.read_bytes()
    path.write_bytes(data[:-30])
    failed = unpack(row)
    assert (failed.job.state, failed.job.error_code) == (JobState.FAILED, "corrupt")
    assert failed.job.error
    assert batch_progress(failed.batch).failed == 3
    path.write_bytes(data)
    assert batch_retry(actor=None, batch=batch) == 3
    assert unpack(row).over == 5


def test_what_cannot_be_unpacked_is_refused_before_it_is_kept(batch):
    with pytest.raises(Refused):
        archive_open(actor=None, batch=batch, name="空.zip", file=archive())
    with pytest.raises(Refused):
        archive_open(actor=None, batch=batch, name="多.zip", file=archive(*((f"{n}.txt", b"x") for n in range(501))))
    batch.refresh_from_db()
    assert [name for name, _cause in batch.refused] == ["空.zip", "多.zip"]
    assert not UploadedArchive.objects.exists()
    assert not default_storage.exists("archives")


def test_a_cancelled_batch_takes_no_archive_and_strangers_neither(batch, person):
    with pytest.raises(NotAllowed):
        archive_open(actor=person("knowledge_manager"), batch=batch, name="a.zip", file=archive(*FILES))
    batch_cancel(actor=None, batch=batch)
    with pytest.raises(Conflict):
        archive_open(actor=None, batch=batch, name="a.zip", file=archive(*FILES))


def test_without_a_batch_it_is_unpacked_at_once(base, upload):
    taken = file_receive(actor=None, base=base, name="a.zip", file=archive(*FILES), batch=None)
    assert (len(taken), Document.objects.count(), UploadedArchive.objects.count()) == (5, 5, 0)


def test_the_file_of_one_that_nobody_wanted_after_all_is_deleted(row, batch, monkeypatch):
    batch_cancel(actor=None, batch=batch)
    monkeypatch.setattr("knowledge.services.purging._SETTLED", timedelta(0))
    path = Path(row.file.path)
    assert (files_purge(), path.exists()) == (0, True)
    UploadedArchive.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert (files_purge(), path.exists()) == (1, False)
    assert batch_retry(actor=None, batch=batch, cancelled=True) == 0
