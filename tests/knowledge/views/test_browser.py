"""Uploading in a real browser: drop files, watch them come in, read the quotation."""

import pytest
from django.core.management.sql import emit_post_migrate_signal
from django.test.utils import override_settings
from django.urls import reverse

from knowledge.ingestion.claims import jobs_waiting
from knowledge.ingestion.pipeline import jobs_run
from knowledge.models import UploadBatch
from scrm.jobs.models import Job

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

DROP = """([name, text]) => {
  const data = new DataTransfer();
  data.items.add(new File([text], name));
  for (const type of ["dragenter", "dragover", "drop"])
    document.getElementById("upload").dispatchEvent(new DragEvent(type, {dataTransfer: data, bubbles: true, cancelable: true}));
}"""


@pytest.fixture
def manager_page(page, live_server, client, person, base):
    # Playwright's loop gives this thread another connection, to which Django does not bring back the rows of migrations.
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    client.force_login(person("knowledge_manager", base))
    page.context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page.problems = []
    page.on("pageerror", lambda error: page.problems.append(str(error)))
    page.on("console", lambda message: page.problems.append(message.text) if "Content Security" in message.text else None)
    return page


@override_settings(DEBUG=False)
def test_dropped_files_come_in_and_are_published(transactional_db, manager_page, live_server, base, upload):
    page = manager_page
    page.goto(live_server.url + reverse("knowledge:base", args=[base.pk]))
    page.evaluate(DROP, ["退货.md", "# 退货政策\n\n七天无理由退货。运费由买家承担。"])
    page.wait_for_selector("#documents progress")
    page.evaluate(DROP, ["坏.png", "not a picture"])
    page.wait_for_selector(".transfer.is-bad")
    Job.objects.update(created_at="2020-01-01T00:00:00Z")
    jobs_run(jobs_waiting(5))
    page.wait_for_selector("#documents .badge-good")
    page.click("#documents td a")
    page.wait_for_selector(".reading")
    text = page.inner_text(".reading")
    assert "七天无理由退货。" in text
    page.goto(f"{page.url}?start={text.index('七天')}&end={text.index('运费')}#quote")
    assert page.inner_text("#quote") == "七天无理由退货。"
    assert page.problems == []


@override_settings(DEBUG=False)
def test_several_files_are_one_upload_that_survives_a_broken_transfer_and_a_refused_file(
    transactional_db, manager_page, live_server, base, upload, tmp_path
):
    page, broken = manager_page, []

    def break_the_first(route):
        broken.append(1)
        route.abort() if len(broken) == 1 else route.continue_()

    page.route("**/upload/", break_the_first)
    page.goto(live_server.url + reverse("knowledge:base", args=[base.pk]))
    for name, text in (("甲.md", "甲的内容。"), ("乙.md", "乙的内容。"), ("空.md", " ")):
        (tmp_path / name).write_text(text)
    page.set_input_files("#files", [str(tmp_path / name) for name in ("甲.md", "乙.md", "空.md")])
    page.wait_for_selector("#transfers-summary b:text-is('3 / 3')")
    assert page.locator(".transfer.is-bad").count() == 1
    batch = UploadBatch.objects.get()
    assert (batch.expected, batch.versions.count(), batch.refused[0][0], len(broken)) == (3, 2, "空.md", 4)
    page.click("#transfers-summary a")
    page.wait_for_selector("#refused")
    page.click(f"form[action$='/batches/{batch.pk}/pause/'] button")
    page.wait_for_selector(f"form[action$='/batches/{batch.pk}/resume/']")
    assert Job.objects.filter(state="held").count() == 2
