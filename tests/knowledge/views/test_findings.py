"""The page of findings: sentences side by side, decided with one press, in few queries."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from knowledge.models import Document, Finding
from knowledge.review_tasks import freshness_review_task
from knowledge.services.findings import review_request
from scrm.dashboard.models import Notice
from scrm.jobs.models import Job


@pytest.fixture
def reviewed(base, upload):
    upload("退货.md", "# 退货政策\n\n支持7天无理由退货。"), upload("问答.md", "# 售后服务FAQ\n\n支持15天无理由退货。")
    base.refresh_from_db()
    freshness_review_task(review_request(actor=None, base=base).pk)
    return base


@pytest.fixture
def manager(client, person, base):
    client.manager = person("knowledge_manager", base)
    client.force_login(client.manager)
    return client


def page(client, base, query: str = "") -> str:
    return client.get(reverse("knowledge:findings", args=[base.pk]) + query).content.decode()


def test_the_difference_is_marked_on_both_sides(manager, reviewed):
    body = page(manager, reviewed)
    assert "支持<mark>7</mark>天无理由退货。" in body
    assert "支持<mark>15</mark>天无理由退货。" in body


def test_an_empty_page_says_how_to_begin(manager, base):
    assert reverse("knowledge:findings_run", args=[base.pk]) in page(manager, base)


def test_running_shows_progress_and_asks_again(manager, base, upload):
    manager.post(reverse("knowledge:findings_run", args=[base.pk]))
    body = page(manager, base)
    assert Job.objects.filter(kind="freshness", state="queued").count() == 1
    assert "every 3s" in body
    assert "<progress" in body


def test_dismiss_and_bring_back(manager, reviewed):
    row = Finding.objects.get()
    manager.post(reverse("knowledge:finding_dismiss", args=[row.pk]))
    assert "<mark>" not in page(manager, reviewed)
    assert "<mark>" in page(manager, reviewed, "?kind=dismissed")
    manager.post(reverse("knowledge:finding_reopen", args=[row.pk]))
    assert "<mark>" in page(manager, reviewed)


def test_owner_and_review_are_set_from_here(manager, reviewed):
    row = Finding.objects.get()
    day = timezone.localdate() + timedelta(days=30)
    manager.post(reverse("knowledge:finding_settle", args=[row.pk]), {"owner": manager.manager.pk, "review_by": day.isoformat()})
    assert Document.objects.filter(pk=row.document_id, owner=manager.manager, review_by=day).exists()


def test_an_agent_reads_and_decides_nothing(client, person, reviewed):
    client.force_login(person("agent", reviewed))
    body = page(client, reviewed)
    assert "<mark>7</mark>" in body
    assert 'method="post"' not in body.partition("<main")[2]


def test_many_findings_need_few_queries(manager, base, upload, django_assert_max_num_queries):
    document = upload("退货.md", "# 退货\n\n内容。").document
    Finding.objects.bulk_create(
        Finding(base=base, kind="stale", document=document, version_id=document.live_version_id, key=str(n), seen_at=timezone.now(),
                detail={"reason": "deadline", "date": "2020-01-01", "mine": f"第{n}句", "mine_at": [0, 2]}) for n in range(500)
    )  # fmt: skip
    with django_assert_max_num_queries(26):
        body = page(manager, base, "?page=3")
    assert body.count("finding-actions") == 20


def test_text_of_documents_is_not_markup(manager, base, upload):
    document = upload("退货.md", "# 退货\n\n内容。").document
    detail = {"mine": "<script>alert(1)</script>7天", "theirs": "<b>8</b>天", "mine_at": [0, 1], "theirs_at": [0, 1], "what": "hours"}
    Finding.objects.create(base=base, kind="contradiction", document=document, other=document, version_id=document.live_version_id,
                           other_version_id=document.live_version_id, key="k", detail=detail, seen_at=timezone.now())  # fmt: skip
    assert "<script>alert" not in page(manager, base)


def test_the_card_of_the_home_page(manager, base, upload):
    document = upload("退货.md", "# 退货\n\n内容。").document
    Document.objects.filter(pk=document.pk).update(review_by=timezone.localdate() - timedelta(days=1))
    body = manager.get(reverse("knowledge:due_panel")).content.decode()
    assert "退货" in body
    assert "badge-bad" in body


def test_a_notice_opens_its_page_and_counts_as_read(manager):
    row = Notice.objects.create(user=manager.manager, key="k", title="该看了", url="/knowledge/")
    assert ">1<" in manager.get(reverse("dashboard:notices_count")).content.decode()
    assert "该看了" in manager.get(reverse("dashboard:notices")).content.decode()
    assert manager.get(reverse("dashboard:notice", args=[row.pk])).headers["Location"] == "/knowledge/"
    assert ">1<" not in manager.get(reverse("dashboard:notices_count")).content.decode()
