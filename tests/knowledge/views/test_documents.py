"""The pages that change documents: one, and many at once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from knowledge.models import BulkChange, Document, KnowledgeBase
from knowledge.services.bulk_work import bulk_run

TEXTS = {f"文件{n}": f"第{n}号商品的保修期是{n}个月。" for n in range(1, 5)}


@pytest.fixture
def shop(publish) -> KnowledgeBase:
    return publish(TEXTS)


@pytest.fixture
def manager(shop, person):
    return person("knowledge_manager", shop)


@pytest.fixture
def pages(client, manager):
    client.force_login(manager)
    client.cookies["django_language"] = "en"
    return client


def many(pages, base, **values):
    return pages.post(reverse("knowledge:documents_many", args=[base.pk]), values, follow=True)


def ids(base, *names: str) -> list[int]:
    return list(Document.objects.filter(base=base, name__in=names).values_list("pk", flat=True))


def body(response) -> str:
    return response.content.decode()


def test_ticked_documents_are_removed_and_restored(pages, shop):
    said = body(many(pages, shop, do="remove", pick=ids(shop, "文件1", "文件2")))
    assert "2 documents were removed" in said
    assert Document.objects.filter(base=shop, removed_at=None).count() == 2
    listed = body(pages.get(reverse("knowledge:base", args=[shop.pk]), {"state": "removed"}))
    assert "文件1" in listed
    assert "文件3" not in listed
    assert "2 answer again" in body(many(pages, shop, do="restore", all="1", state="removed"))
    assert Document.objects.filter(base=shop, live_version__isnull=False).count() == 4


def test_all_that_match_are_those_of_the_filter(pages, shop):
    many(pages, shop, do="remove", all="1", q="文件3")
    assert list(Document.objects.exclude(removed_at=None).values_list("name", flat=True)) == ["文件3"]


def test_only_what_was_filled_in_changes(pages, shop, manager):
    Document.objects.filter(base=shop).update(review_by="2030-01-01", valid_until=timezone.now() + timedelta(days=9))
    said = body(many(pages, shop, do="change", pick=ids(shop, "文件1"), owner=manager.pk, audience="", clear=["valid_until"]))
    assert "1 document was changed" in said
    row = Document.objects.get(base=shop, name="文件1")
    assert (row.owner, row.audience, str(row.review_by), row.valid_until) == (manager, "public", "2030-01-01", None)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"do": "remove"}, "Choose at least one document."),
        ({"do": "change", "all": "1"}, "Fill in what is to be changed."),
        ({"do": "change", "all": "1", "owner": "999999"}, "Owner"),
        ({"do": "change", "all": "1", "valid_from": "yesterday"}, "Valid from"),
        ({"do": "change", "all": "1", "valid_from": "2030-01-02T00:00", "valid_until": "2030-01-01T00:00"}, "must be later"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_changes(pages, shop, values, words):
    assert words in body(many(pages, shop, **values))
    assert Document.objects.filter(base=shop, removed_at=None, valid_from=None, owner=None).count() == 4


def test_documents_of_another_base_are_not_reached(pages, shop, publish):
    other = publish({"别处": "别处的文件。"})
    many(pages, shop, do="remove", pick=ids(other, "别处"))
    assert Document.objects.get(base=other).removed_at is None


def test_removing_needs_its_own_right(client, shop, person):
    client.force_login(person("agent", shop))
    assert client.post(reverse("knowledge:documents_many", args=[shop.pk]), {"do": "remove", "all": "1"}).status_code == 403


def test_validity_is_entered_in_local_time(pages, shop, settings):
    document = Document.objects.get(base=shop, name="文件1")
    form = {"audience": "internal", "valid_from": "2030-01-01T08:00", "valid_until": "2030-12-31T23:59", "review_by": "2030-06-01"}
    page = pages.post(reverse("knowledge:document_change", args=[document.pk]), form, follow=True)
    assert "Saved" in body(page)
    document.refresh_from_db()
    assert document.valid_from.isoformat() == "2030-01-01T00:00:00+00:00"  # Asia/Shanghai is eight hours ahead
    assert (document.audience, str(document.review_by)) == ("internal", "2030-06-01")
    assert 'value="2030-01-01T08:00"' in body(page)


def test_a_form_that_changes_nothing_else_leaves_what_a_colleague_changed(pages, shop):
    """Only fields that differ from the row are written."""
    document = Document.objects.get(base=shop, name="文件1")
    pages.post(reverse("knowledge:document_change", args=[document.pk]), {"audience": "public", "review_by": "2030-06-01"})
    document.refresh_from_db()
    assert (document.audience, str(document.review_by), document.owner) == ("public", "2030-06-01", None)


def test_a_wrong_range_is_said_on_the_page(pages, shop):
    document = Document.objects.get(base=shop, name="文件1")
    form = {"audience": "public", "valid_from": "2030-01-01T08:00", "valid_until": "2030-01-01T08:00"}
    page = pages.post(reverse("knowledge:document_change", args=[document.pk]), form, follow=True)
    assert "must be later" in body(page)


def test_a_removed_document_is_restored_from_its_page(pages, shop):
    document = Document.objects.get(base=shop, name="文件1")
    many(pages, shop, do="remove", pick=[document.pk])
    assert reverse("knowledge:restore", args=[document.pk]) in body(pages.get(reverse("knowledge:document", args=[document.pk])))
    pages.post(reverse("knowledge:restore", args=[document.pk]))
    document.refresh_from_db()
    assert document.live_version_id


def test_what_changed_between_versions(pages, shop, publish):
    publish({"文件1": "第1号商品的保修期是24个月。"}, shop)
    document = Document.objects.get(base=shop, name="文件1")
    assert reverse("knowledge:version_diff", args=[document.live_version_id]) in body(
        pages.get(reverse("knowledge:document", args=[document.pk]))
    )
    page = body(pages.get(reverse("knowledge:version_diff", args=[document.live_version_id])))
    assert '<del><span class="visually-hidden">taken out:</span>1</del>' in page
    assert '<ins><span class="visually-hidden">put in:</span>24</ins>' in page
    first = document.versions.get(number=1)
    turned = body(pages.get(reverse("knowledge:version_diff", args=[first.pk]), {"with": document.live_version_id}))
    assert "put in:</span>1</ins>" in turned


def test_the_list_and_the_page_ask_the_same_number_of_questions_for_more_documents(pages, shop, publish, django_assert_max_num_queries):
    publish({f"多{n}": f"多号{n}的内容。" for n in range(60)}, shop)
    with django_assert_max_num_queries(32):
        assert "1 / 2" in body(pages.get(reverse("knowledge:base", args=[shop.pk])))
    with django_assert_max_num_queries(25):
        pages.get(reverse("knowledge:base_rows", args=[shop.pk]))
    with django_assert_max_num_queries(30):
        pages.get(reverse("knowledge:document", args=[ids(shop, "文件1")[0]]))


def test_agents_see_the_facts_without_the_form(client, shop, person):
    client.force_login(person("agent", shop))
    page = body(client.get(reverse("knowledge:document", args=ids(shop, "文件1"))))
    assert "valid_from" not in page
    assert "pick-page" not in body(client.get(reverse("knowledge:base", args=[shop.pk])))


def test_many_are_a_work_of_their_own_with_progress_cancel_and_the_rest(pages, shop, monkeypatch):
    monkeypatch.setattr("knowledge.views.many.AT_ONCE", 1)
    monkeypatch.setattr("knowledge.services.bulk_work.SLICE", 2)
    said = body(many(pages, shop, do="remove", all="1"))
    row = BulkChange.objects.get()
    assert "0 of 4 documents" in said
    assert reverse("knowledge:bulk_cancel", args=[row.pk]) in said
    assert "Documents are being removed" in body(pages.get(reverse("knowledge:base_rows", args=[shop.pk])))
    bulk_run(job_id=row.job_id)
    assert "2 of 4 documents" in body(pages.get(reverse("knowledge:bulk_rows", args=[row.pk])))
    left = body(pages.post(reverse("knowledge:bulk_cancel", args=[row.pk]), follow=True))
    assert "Do the 2 that are left" in left
    assert "hx-trigger" not in body(pages.get(reverse("knowledge:bulk_rows", args=[row.pk])))
    pages.post(reverse("knowledge:bulk_go_on", args=[row.pk]))
    bulk_run(job_id=BulkChange.objects.get().job_id)
    assert "finished" in body(pages.get(reverse("knowledge:bulk", args=[row.pk])))
    assert Document.objects.filter(base=shop, removed_at=None).count() == 0
    over = body(pages.post(reverse("knowledge:bulk_cancel", args=[row.pk]), follow=True))
    assert "This is over already." in over


def test_many_say_at_once_what_is_wrong(pages, shop, monkeypatch):
    monkeypatch.setattr("knowledge.views.many.AT_ONCE", 1)
    assert "Fill in what is to be changed." in body(many(pages, shop, do="change", all="1"))
    assert not BulkChange.objects.exists()
