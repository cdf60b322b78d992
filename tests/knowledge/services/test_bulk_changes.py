"""One verb on thousands of documents, in slices that a killed worker, a cancel or a failure may end anywhere."""

from datetime import UTC, date, datetime

import pytest

from knowledge.models import BulkChange, Document, KnowledgeBase
from knowledge.services import bulk_changes, bulk_work
from knowledge.services.bulk_changes import bulk_cancel, bulk_drain, bulk_go_on, bulk_open
from knowledge.services.bulk_work import bulk_run
from scrm.access.grants import revoke
from scrm.core.errors import Conflict, Invalid, NotAllowed
from scrm.jobs import services as jobs
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from tests.knowledge.services.statistics import counted_again, kept

TEXTS = {f"文件{n}": f"第{n}号商品的保修期是{n}个月。" for n in range(1, 6)}


@pytest.fixture
def sent(monkeypatch) -> list[tuple]:
    """Messages to workers, listed instead of sent."""
    messages: list[tuple] = []
    for module in (bulk_changes, bulk_work, jobs):
        monkeypatch.setattr(module, "send_after_commit", lambda *args, **kwargs: messages.append(args))
    monkeypatch.setattr(bulk_work, "SLICE", 2)
    return messages


@pytest.fixture
def shop(publish) -> KnowledgeBase:
    return publish(TEXTS)


@pytest.fixture
def manager(shop, person):
    return person("knowledge_manager", shop)


@pytest.fixture
def begun(sent, shop, manager):
    return lambda verb, **facts: bulk_open(actor=manager, base=shop, verb=verb, document_ids=ids(shop), **facts)


def ids(base) -> list[int]:
    return list(base.documents.order_by("pk").values_list("pk", flat=True))


def fresh(row: BulkChange) -> BulkChange:
    return BulkChange.objects.select_related("job").get(pk=row.pk)


def finished(row: BulkChange, slices: int = 9) -> BulkChange:
    for _slice in range(slices):
        bulk_run(job_id=row.job_id)
    return fresh(row)


def answering(base) -> int:
    return base.documents.filter(removed_at=None, live_version__isnull=False).count()


def test_documents_go_and_come_back_in_slices(begun, shop, sent):
    before = kept(shop)
    row = begun("remove")
    bulk_run(job_id=row.job_id)
    row = fresh(row)
    assert (row.over, row.changed, row.percent, answering(shop)) == (2, 2, 40, 3)
    assert (row.job.state, row.job.done, row.job.total) == (JobState.QUEUED, 2, 5)
    assert sent == [("knowledge.bulk_run", row.job_id)] * 2
    row = finished(row)
    assert (row.over, row.changed, row.job.state, answering(shop)) == (5, 5, JobState.DONE, 0)
    assert sent[-1] == ("knowledge.lexical_refresh",)
    row = finished(begun("restore"))
    assert (row.changed, row.importing, answering(shop)) == (5, 0, 5)
    assert kept(shop) == counted_again(shop) == before


def test_what_is_changed_comes_through_as_it_was_given(begun, shop, manager):
    changes = {"owner": manager, "valid_until": datetime(2031, 1, 1, tzinfo=UTC), "valid_from": None, "review_by": date(2030, 6, 1)}
    row = finished(begun("change", changes=changes))
    assert (row.changed, row.job.state) == (5, JobState.DONE)
    for document in shop.documents.all():
        assert {name: getattr(document, name) for name in changes} == changes


def test_the_rest_is_left_when_cancelled_and_done_when_wanted(begun, shop, manager):
    row = begun("remove")
    bulk_run(job_id=row.job_id)
    bulk_cancel(actor=manager, row=row)
    assert (finished(row).over, answering(shop)) == (2, 3)
    with pytest.raises(Conflict):
        bulk_cancel(actor=manager, row=row)
    bulk_go_on(actor=manager, row=fresh(row))
    assert (finished(fresh(row)).over, answering(shop)) == (5, 0)
    with pytest.raises(Conflict):
        bulk_go_on(actor=manager, row=fresh(row))


def test_a_slice_whose_worker_died_is_done_again_without_harm(begun, shop, sent):
    row = begun("remove")
    bulk_run(job_id=row.job_id)
    BulkChange.objects.filter(pk=row.pk).update(over=0, changed=0)  # killed after the documents went, before it was written down
    Job.objects.filter(pk=row.job_id).update(state=JobState.RUNNING, lease_until=datetime(2020, 1, 1, tzinfo=UTC))
    assert bulk_drain() == 1
    assert sent[-1] == ("knowledge.bulk_run", row.job_id)
    row = finished(row)
    assert (row.over, answering(shop), row.job.state) == (5, 0, JobState.DONE)
    assert kept(shop) == counted_again(shop)


def test_a_right_that_was_taken_away_ends_it_with_the_reason(begun, shop, manager):
    row = begun("remove")
    bulk_run(job_id=row.job_id)
    revoke(actor=None, subject=manager, container=shop)
    row = finished(row)
    assert (row.over, row.job.state, answering(shop)) == (2, JobState.FAILED, 3)
    assert row.job.error
    with pytest.raises(NotAllowed):
        bulk_go_on(actor=manager, row=row)


def test_an_unexpected_error_ends_it_and_can_be_tried_again(begun, shop, manager, monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(bulk_work, "documents_remove", lambda **facts: 1 / 0)
        row = finished(begun("remove"))
    assert (row.job.state, row.over) == (JobState.FAILED, 0)
    bulk_go_on(actor=manager, row=row)
    assert finished(fresh(row)).job.state == JobState.DONE


def test_what_cannot_be_done_is_said_before_anything_is(shop, manager, sent):
    Document.objects.filter(base=shop, name="文件4").update(valid_until=datetime(2030, 1, 1, tzinfo=UTC))
    late = {"valid_from": datetime(2031, 1, 1, tzinfo=UTC)}
    with pytest.raises(Invalid, match="文件4"):
        bulk_open(actor=manager, base=shop, verb="change", document_ids=ids(shop), changes=late)
    with pytest.raises(Invalid):
        bulk_open(actor=manager, base=shop, verb="remove", document_ids=[])
    assert not BulkChange.objects.exists()
    assert sent == []


def test_agents_begin_none(shop, person):
    with pytest.raises(NotAllowed):
        bulk_open(actor=person("agent", shop), base=shop, verb="remove", document_ids=ids(shop))
