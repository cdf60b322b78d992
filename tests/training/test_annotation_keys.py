"""The annotation page in a browser, by keys alone."""

import pytest
from django.urls import reverse

from knowledge.models import Chunk, FaqEntry, SearchJudgement
from tests.world import World, world_make
from training.models import AnnotationOpinion, AnnotationTask


@pytest.fixture
def world(transactional_db) -> World:
    return world_make()


@pytest.fixture
def chunks(world) -> list[Chunk]:
    other = Chunk.objects.create(
        version=world.ours.version, ordinal=1, text="另一个段落", start=0, end=5, words=3, content_hash="1" * 64, heading_path=[]
    )
    return [world.ours.chunk, other]


@pytest.fixture
def task(world, chunks) -> AnnotationTask:
    found = [[chunk.pk, 0.9] for chunk in chunks]
    return AnnotationTask.objects.create(base=world.ours.base, reason="imported", question="怎么退款", answer="旧答复", suggested=found)


@pytest.fixture
def window(page, world, task, live_server):
    """The annotation page of a knowledge manager; an error of its scripts fails the test."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    cookie = world.client("knowledge_manager").cookies["sessionid"].value
    page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
    page.goto(live_server.url + reverse("training:annotation"))
    yield page
    assert errors == []


def press(window, keys: str) -> None:
    for key in keys:
        window.keyboard.press(key)


def test_marks_tag_and_correction_by_keys_alone(window, task):
    thought = window.locator(".passage-thought")
    assert not thought.first.is_visible()
    assert window.evaluate("document.querySelectorAll('input:checked').length") == 0
    press(window, "rw")
    assert thought.first.is_visible()
    press(window, "1p")
    press(window, "f")
    press(window, "c")
    assert window.evaluate("document.activeElement.id") == "corrected"
    window.keyboard.insert_text("应当这样回答 sx。")
    window.keyboard.press("Escape")
    with window.expect_navigation():
        press(window, "s")
    task.refresh_from_db()
    assert (task.state, task.error, task.corrected) == ("done", "reading", "应当这样回答 sx。")
    assert sorted(SearchJudgement.objects.values_list("grade", flat=True)) == [0, 1]
    assert FaqEntry.objects.get(question="怎么退款").answer == "应当这样回答 sx。"


def test_each_tag_has_its_key(window):
    """Pressed once it is chosen, pressed again it is not."""
    chosen = {}
    for key in "adfghj":
        press(window, key)
        chosen[key] = window.evaluate("document.querySelector('[name=error]:checked').value")
        press(window, key)
        assert window.evaluate("document.querySelectorAll('[name=error]:checked').length") == 0
    assert chosen == {"a": "retrieval", "d": "outdated", "f": "reading", "g": "tone", "h": "missing", "j": "none"}


def test_skipping_and_rejecting_by_keys(window, task):
    with window.expect_navigation():
        press(window, "n")
    assert AnnotationOpinion.objects.get(task=task).skipped
    AnnotationOpinion.objects.all().delete()
    window.reload()
    with window.expect_navigation():
        press(window, "x")
    task.refresh_from_db()
    assert task.state == "rejected"
