import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from knowledge.models import FaqEntry
from knowledge.services.faq import FaqFields, faq_create, faq_remove
from scrm.jobs.models import Job

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet(monkeypatch, release):
    monkeypatch.setattr("scrm.core.tasks.send", lambda *args, **kwargs: None)


@pytest.fixture
def manager(base, person, client):
    user = person("knowledge_manager", base)
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return client


def entries(base, number: int) -> list[FaqEntry]:
    return [faq_create(actor=None, base=base, fields=FaqFields(f"问题{n}", f"答案{n}", (f"另问{n}",))) for n in range(number)]


def test_an_entry_is_written_changed_removed_and_restored(base, manager):
    form = {"question": "运费谁出？", "answer": "买家。\n\n质量问题除外。", "similar": "邮费谁出\n\n 快递费 ", "audience": "public"}
    assert manager.post(reverse("knowledge:faq_new", args=[base.pk]), form).status_code == 302
    entry = FaqEntry.objects.get()
    assert (entry.similar, entry.answer) == (["邮费谁出", "快递费"], "买家。\n\n质量问题除外。")
    manager.post(reverse("knowledge:faq_edit", args=[entry.pk]), form | {"answer": "商家", "valid_until": "2030-01-01T08:00"})
    entry = FaqEntry.objects.select_related("document").get()
    assert (entry.answer, entry.document.valid_until.year) == ("商家", 2030)
    manager.post(reverse("knowledge:faq_remove", args=[entry.pk]))
    assert "运费谁出" not in manager.get(reverse("knowledge:faq", args=[base.pk])).content.decode()
    assert "运费谁出" in manager.get(reverse("knowledge:faq", args=[base.pk]) + "?show=removed").content.decode()
    manager.post(reverse("knowledge:faq_restore", args=[entry.pk]))
    assert "运费谁出" in manager.get(reverse("knowledge:faq", args=[base.pk])).content.decode()


def test_what_was_typed_stays_when_it_is_refused(base, manager):
    entries(base, 1)
    page = manager.post(
        reverse("knowledge:faq_new", args=[base.pk]), {"question": "问题0", "answer": "写了很久的答案", "audience": "public"}
    )
    assert page.status_code == 200
    assert "写了很久的答案" in page.content.decode()
    assert "already" in page.content.decode()


def test_seconds_of_a_moment_survive_an_edit_of_something_else(base, manager):
    (entry,) = entries(base, 1)
    entry.document.valid_until = "2030-01-01T08:00:07.5+08:00"
    entry.document.save()
    page = manager.get(reverse("knowledge:faq_edit", args=[entry.pk])).context["form"]
    form = {name: page[name].value() for name in ("question", "similar", "answer", "audience")}
    manager.post(reverse("knowledge:faq_edit", args=[entry.pk]), form | {"answer": "新", "valid_until": "2030-01-01T08:00"})
    assert FaqEntry.objects.get().document.valid_until.second in (0, 7)
    assert FaqEntry.objects.get().answer == "新"


def test_list_searches_and_pages_in_a_fixed_number_of_queries(base, manager, django_assert_max_num_queries):
    entries(base, 35)
    manager.get(reverse("knowledge:faq", args=[base.pk]))
    with django_assert_max_num_queries(28):
        page = manager.get(reverse("knowledge:faq", args=[base.pk]))
    assert len(page.context["lines"]) == 30
    assert [line.entry.question for line in manager.get(reverse("knowledge:faq", args=[base.pk]) + "?q=另问7").context["lines"]] == [
        "问题7"
    ]


def test_an_import_tells_row_by_row(base, manager):
    file = SimpleUploadedFile("问答.csv", "问题,答案\n运费谁出,买家\n没有答案,\n".encode())
    page = manager.post(reverse("knowledge:faq_import", args=[base.pk]), {"file": file})
    assert page.context["counts"] == {"added": 1, "changed": 0, "unchanged": 0, "refused": 1}
    assert "没有答案" in page.content.decode()


def test_a_file_that_is_no_sheet_is_said(base, manager):
    file = SimpleUploadedFile("a.pdf", b"%PDF-1.4")
    page = manager.post(reverse("knowledge:faq_import", args=[base.pk]), {"file": file}, follow=True)
    assert "This is not a sheet" in page.content.decode()


def test_an_export_is_a_workbook_without_the_removed(base, manager):
    first, _second = entries(base, 2)
    faq_remove(actor=None, entry=first)
    response = manager.get(reverse("knowledge:faq_export", args=[base.pk]))
    assert response["Content-Disposition"].endswith('.xlsx"')
    assert response.content.startswith(b"PK")


def test_one_click_takes_a_suggestion(base, manager):
    (entry,) = entries(base, 1)
    FaqEntry.objects.update(suggested=["还能怎么问", "不相干"])
    url = reverse("knowledge:faq_wording", args=[entry.pk])
    partial = manager.post(url, {"wording": "还能怎么问", "decision": "accept"}, headers={"HX-Request": "true"})
    assert "还能怎么问" not in partial.content.decode()
    manager.post(url, {"wording": "不相干", "decision": "dismiss"})
    entry.refresh_from_db()
    assert (entry.similar, entry.suggested, entry.dismissed) == (["另问0", "还能怎么问"], [], ["不相干"])


def test_agents_read_and_do_not_edit(base, person, client):
    (entry,) = entries(base, 1)
    client.force_login(person("agent", base))
    page = client.get(reverse("knowledge:faq", args=[base.pk])).content.decode()
    assert "答案0" in page
    assert reverse("knowledge:faq_edit", args=[entry.pk]) not in page
    assert client.get(reverse("knowledge:faq_edit", args=[entry.pk])).status_code == 403


def test_looking_for_wordings_is_one_job(base, manager):
    for _ in range(2):
        manager.post(reverse("knowledge:faq_suggest", args=[base.pk]))
    assert Job.objects.filter(kind="suggest_wordings").count() == 1
