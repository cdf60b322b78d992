"""The review of a base: what it finds, that it says it once, and that it works in slices."""

from datetime import timedelta

import pytest
from django.utils import timezone

from knowledge.finding_selectors import documents_due, findings_count, findings_open
from knowledge.freshness import review
from knowledge.freshness.review import review_run
from knowledge.models import Document, DocumentVersion, Finding
from knowledge.review_tasks import freshness_drain_task, freshness_review_task
from knowledge.services.documents import document_remove
from knowledge.services.findings import finding_dismiss, finding_reopen, review_request
from knowledge.services.validity import document_change
from scrm.core.errors import NotAllowed
from scrm.dashboard.models import Notice
from scrm.jobs.models import Job

RETURNS = "# 退货政策\n\n支持7天无理由退货。退货运费由买家承担。"
FAQ = "# 售后服务FAQ\n\n支持15天无理由退货。"
LONG = "发票可在订单完成后申请补开，电子发票将发送到您的邮箱，请注意查收邮件并妥善保存，丢失后可重新下载。"


@pytest.fixture
def run(base):
    def once() -> dict[str, int]:
        base.refresh_from_db()
        freshness_review_task(review_request(actor=None, base=base).pk)
        return {kind: n for kind, n in findings_count(base).items() if n}

    return once


def aged(document: Document, days: int) -> None:
    long_ago = timezone.now() - timedelta(days=days)
    Document.objects.filter(pk=document.pk).update(created_at=long_ago)
    DocumentVersion.objects.filter(document=document).update(published_at=long_ago)


def test_a_contradiction_is_found_once_and_is_over_when_one_side_changes(base, upload, run):
    first, _second = upload("退货.md", RETURNS), upload("问答.md", FAQ)
    assert (run(), run()) == ({"contradiction": 1}, {"contradiction": 1})
    row = Finding.objects.get()
    assert (row.detail["mine"], row.detail["theirs"], row.detail["what"]) == ("支持7天无理由退货。", "支持15天无理由退货。", "hours")
    start, end = row.detail["mine_at"]
    first.version.refresh_from_db()
    assert first.version.text[start:end] == "支持7天无理由退货。"
    upload("退货.md", RETURNS.replace("7天", "15天"))
    assert findings_count(base)["contradiction"] == 0  # at once, without a review
    assert run() == {}
    assert Finding.objects.count() == 0


def test_what_was_dismissed_does_not_come_back(base, upload, run, person):
    upload("退货.md", RETURNS), upload("问答.md", FAQ)
    run()
    manager = person("knowledge_manager", base)
    finding_dismiss(actor=manager, finding=Finding.objects.get())
    upload("退货.md", RETURNS + "\n\n另外的一段。")  # another version that says the same
    assert run() == {}
    finding_reopen(actor=manager, finding=Finding.objects.get())
    assert run() == {"contradiction": 1}


def test_the_same_passage_in_two_documents(base, upload, run):
    upload("一.md", f"# 一\n\n{LONG}"), upload("二.md", f"# 二\n\n{LONG}\n\n## 别的\n\n完全不同的另一段文字。")
    assert run() == {"duplicate": 1}
    document_remove(actor=None, document=Document.objects.get(name="二.md"))
    assert findings_count(base)["duplicate"] == 0


def test_dates_of_documents_and_deadlines_in_texts(base, upload, run, person):
    today = timezone.localdate()
    due, old, never, ending = (upload(f"{name}.md", f"# {name}\n\n{name}的内容。").document for name in ("该审", "旧的", "没用", "快到期"))
    upload("活动.md", "# 活动\n\n活动截止2023年12月31日。")
    document_change(actor=None, document=due, changes={"review_by": today})
    document_change(actor=None, document=ending, changes={"valid_until": timezone.now() + timedelta(days=3)})
    aged(old, 500)
    Document.objects.filter(pk=old.pk).update(last_used_at=timezone.now())
    aged(never, 100)
    run()
    reasons = {(row.document.name, row.detail.get("reason", "")) for row in findings_open(base)}
    assert reasons == {("该审.md", "review"), ("旧的.md", "unchanged"), ("没用.md", ""), ("快到期.md", "expiring"), ("活动.md", "deadline")}
    document_change(actor=None, document=due, changes={"review_by": today + timedelta(days=90)})
    document_change(actor=None, document=old, changes={"review_by": today + timedelta(days=90)})
    Document.objects.filter(pk=never.pk).update(last_used_at=timezone.now())
    assert {row.document.name for row in findings_open(base)} == {"快到期.md", "活动.md"}


def test_a_review_goes_on_where_its_slice_ended(base, upload, run, monkeypatch):
    monkeypatch.setattr(review, "CHUNKS", 1)
    upload("退货.md", RETURNS), upload("问答.md", FAQ), upload("三.md", "# 三\n\n别的内容。")
    base.refresh_from_db()
    job = review_request(actor=None, base=base)
    seen = []
    while review_run(job.pk, slice_s=0):
        job.refresh_from_db()
        seen.append((job.state, job.done))
    assert seen == [("queued", 1), ("queued", 2), ("queued", 3)]
    job.refresh_from_db()
    assert (job.state, findings_count(base)["contradiction"]) == ("done", 1)


def test_a_review_whose_worker_died_is_taken_up_again(base, upload, run):
    upload("退货.md", RETURNS), upload("问答.md", FAQ)
    base.refresh_from_db()
    job = review_request(actor=None, base=base)
    Job.objects.filter(pk=job.pk).update(state="running", lease_until=timezone.now() - timedelta(seconds=1))
    freshness_drain_task()
    job.refresh_from_db()
    assert job.state == "done"


def test_managers_hear_of_a_review_once(base, upload, run, person):
    manager, agent = person("knowledge_manager", base), person("agent", base)
    upload("退货.md", RETURNS), upload("问答.md", FAQ)
    run()
    assert (manager.notices.count(), agent.notices.count()) == (1, 0)
    assert Notice.objects.get().url.endswith(f"/{base.pk}/findings/")


def test_only_who_may_change_documents_reviews_and_dismisses(base, upload, run, person):
    upload("退货.md", RETURNS), upload("问答.md", FAQ)
    run()
    for who in (person("agent", base), person("knowledge_manager")):
        with pytest.raises(NotAllowed):
            review_request(actor=who, base=base)
        with pytest.raises(NotAllowed):
            finding_dismiss(actor=who, finding=Finding.objects.get())


def test_due_documents_are_the_owners_and_those_of_nobody(base, upload, person):
    manager, other = person("knowledge_manager", base), person("knowledge_manager", base)
    today = timezone.localdate()
    for name, owner, days in (("我的", manager, 3), ("别人的", other, 3), ("无主的", None, -2), ("以后的", manager, 60)):
        document = upload(f"{name}.md", f"# {name}\n\n{name}。").document
        document_change(actor=None, document=document, changes={"owner": owner, "review_by": today + timedelta(days=days)})
    assert [(line.document.name, line.overdue) for line in documents_due(manager)] == [("无主的.md", True), ("我的.md", False)]
