"""The page image beside the text: where the quotation stands, and who may see it."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from knowledge.choices import Audience
from knowledge.models import Chunk, Document, DocumentVersion
from tests.knowledge.pdf import pdf_of

QUOTE = "Returns within seven days."
PAGES = ("Welcome to the shop.\nWe sell humidifiers.", f"Return policy\n{QUOTE}\nThe buyer pays the postage.")


@pytest.fixture
def manual(upload) -> DocumentVersion:
    return upload("manual.pdf", pdf_of(*PAGES)).version


def page_of(version: DocumentVersion, quote: str = "", **query) -> str:
    start = version.text.index(quote) if quote else None
    place = {"start": start, "end": start + len(quote)} if quote else {}
    words = "&".join(f"{key}={value}" for key, value in {"version": version.pk, **place, **query}.items())
    return f"{reverse('knowledge:document', args=[version.document_id])}?{words}"


def image_of(version: DocumentVersion, number: int = 1) -> str:
    return reverse("knowledge:page_image", args=[version.pk, number])


def marks(body: str) -> list[dict[str, float]]:
    return [
        {key: float(value) for key, value in re.findall(r'(x|y|width|height)="([\d.-]+)"', rect)}
        for rect in re.findall("<rect[^>]*>", body)
    ]


def test_a_quotation_opens_its_page_with_a_box_around_the_line(client, person, base, manual):
    client.force_login(person("user", base))
    body = client.get(page_of(manual, QUOTE)).content.decode()
    assert f'src="{image_of(manual, 2)}"' in body
    assert body.count('id="quote"') == 1
    (mark,) = marks(body)
    # The second line stands 24 points high on a base line 140 of 800 points below the top, from 60 of 600 points on.
    assert 90 < mark["x"] < 110
    assert 130 < mark["y"] < 175 < mark["y"] + mark["height"] < 195
    assert 400 < mark["width"] < 560


def test_of_a_line_quoted_in_part_the_part_is_marked(client, person, base, manual):
    client.force_login(person("user", base))
    (whole,), (part,) = (
        marks(client.get(page_of(manual, QUOTE)).content.decode()),
        marks(client.get(page_of(manual, "seven days")).content.decode()),
    )
    assert whole["x"] < part["x"] < part["x"] + part["width"] < whole["x"] + whole["width"] + 1
    assert part["width"] < whole["width"] / 2


def test_every_page_is_a_link_away_and_the_quotation_stays_known(client, person, base, manual):
    client.force_login(person("user", base))
    body = client.get(page_of(manual, QUOTE, view="page", page=1)).content.decode()
    assert f'src="{image_of(manual, 1)}"' in body
    assert marks(body) == []
    assert "notice" in body
    assert 'rel="next"' in body
    assert 'rel="prev"' not in body


def test_the_text_view_marks_the_same_words(client, person, base, manual):
    client.force_login(person("user", base))
    assert f">{QUOTE}</mark>" in client.get(page_of(manual, QUOTE, view="text")).content.decode()


def test_without_boxes_the_page_opens_and_says_that_the_place_is_not_known(client, person, base, manual):
    Chunk.objects.update(boxes=[])
    client.force_login(person("user", base))
    body = client.get(page_of(manual, QUOTE)).content.decode()
    assert f'src="{image_of(manual, 2)}"' in body
    assert "<rect" not in body
    assert 'class="notice"' in body


@pytest.mark.parametrize(
    "query", ["start=-1&end=5", "start=9&end=2", "start=99999999&end=999999999", "start=x", "view=page&page=0", "view=page&page=77"]
)
def test_odd_places_open_some_page(client, person, base, manual, query):
    client.force_login(person("agent", base))
    assert client.get(f"{reverse('knowledge:document', args=[manual.document_id])}?{query}").status_code == 200


def test_documents_without_pages_have_no_page_view(client, person, base, upload):
    version = upload("退货.md", "七天无理由退货。").version
    client.force_login(person("agent", base))
    body = client.get(page_of(version, "七天", view="page")).content.decode()
    assert '<mark id="quote"' in body
    assert "<figure" not in body
    assert client.get(image_of(version)).status_code == 404


def test_an_image_is_asked_for_again_and_sent_once(client, person, base, manual):
    client.force_login(person("user", base))
    first = client.get(image_of(manual))
    assert (first.status_code, first.headers["Content-Type"], first.headers["Cache-Control"]) == (200, "image/png", "private, no-cache")
    assert b"".join(first.streaming_content).startswith(b"\x89PNG")
    again = client.get(image_of(manual), headers={"if-none-match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_an_image_is_rendered_once(client, person, base, manual):
    client.force_login(person("user", base))
    client.get(image_of(manual))
    Path(manual.file.path).unlink()
    assert client.get(image_of(manual)).status_code == 200
    gone = client.get(image_of(manual, 2))
    assert (gone.status_code, gone.headers["Cache-Control"]) == (422, "no-store")
    assert "<" not in gone.content.decode()


@pytest.mark.parametrize("number", [0, 3, 99999])
def test_there_are_no_other_pages(client, person, base, manual, number):
    client.force_login(person("agent", base))
    assert client.get(image_of(manual, number)).status_code == 404


def test_images_of_a_base_without_a_grant_do_not_exist(client, person, base, manual):
    client.force_login(person("user", base))
    etag = client.get(image_of(manual)).headers["ETag"]
    client.force_login(person("knowledge_manager"))
    assert client.get(image_of(manual)).status_code == 404
    assert client.get(image_of(manual), headers={"if-none-match": etag}).status_code == 404


def test_earlier_versions_and_documents_for_staff_are_for_who_works_on_documents(client, person, base, manual, upload):
    reader, agent = person("user", base), person("agent", base)
    upload("manual.pdf", pdf_of("Something new."))
    client.force_login(reader)
    assert client.get(image_of(manual)).status_code == 404
    client.force_login(agent)
    assert client.get(image_of(manual)).status_code == 200
    Document.objects.update(audience=Audience.INTERNAL)
    newest = manual.document.versions.order_by("-number").first()
    assert client.get(image_of(newest)).status_code == 200
    client.force_login(reader)
    assert client.get(image_of(newest)).status_code == 404


def test_five_megabytes_open_at_the_quotation(client, person, base, upload, django_assert_max_num_queries):
    text = "".join(f"第{number}条 这是一条很长的规定，说明第{number}种情形应当如何办理。\n\n" for number in range(40_000))
    version = upload("长.txt", text, run=False).version
    DocumentVersion.objects.filter(pk=version.pk).update(text=text, format="txt")
    version.refresh_from_db()
    client.force_login(person("agent", base))
    with django_assert_max_num_queries(30):
        body = client.get(page_of(version, "第39000条")).content.decode()
    assert '<mark id="quote" tabindex="-1">第39000条</mark>' in body
    assert len(body) < 100_000
