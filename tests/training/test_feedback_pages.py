"""赞 / 踩 on the ask page, and the page that shows what was said."""

import pytest
from django.urls import reverse

from scrm.core.errors import Invalid, NotFound
from tests.world import World, question_make, world_make
from training.models import AnswerRating, Feedback, SourceOpening
from training.services.feedback import answer_rate
from training.tasks import source_opened_task

FEEDBACK = reverse("training:feedback")


@pytest.fixture
def world(transactional_db) -> World:
    return world_make()


def rate(world, row, value: str = "down", **more) -> AnswerRating:
    return answer_rate(actor=row.asked_by, question_id=row.pk, value=value, **more)


def test_the_last_word_counts(world):
    row = question_make(world.people["agent"], world.ours)
    rate(world, row, reason="outdated", note="打13800138000问过")
    assert "13800138000" not in AnswerRating.objects.get().note
    rate(world, row, "up", reason="outdated")
    rating = AnswerRating.objects.get()
    assert (rating.value, rating.reason) == ("up", "")


@pytest.mark.parametrize("wrong", [{"value": "maybe"}, {"value": "down", "reason": "dull"}])
def test_unknown_words_are_refused(world, wrong):
    row = question_make(world.people["agent"], world.ours)
    with pytest.raises(Invalid):
        answer_rate(actor=row.asked_by, question_id=row.pk, **wrong)


def test_only_an_own_question_is_rated(world):
    row = question_make(world.people["user"], world.ours)
    with pytest.raises(NotFound):
        answer_rate(actor=world.people["agent"], question_id=row.pk, value="up")


def test_the_buttons_below_an_answer(world):
    client, row = world.client("user"), question_make(world.people["user"], world.ours)
    page = reverse("training:rating", args=[row.pk])
    assert page in client.get(reverse("conversations:question", args=[row.pk])).content.decode()
    assert "aria-pressed" not in client.get(page).content.decode()
    assert 'name="reason"' in client.post(page, {"value": "down"}).content.decode()
    assert client.post(page, {"value": "x"}).status_code == 400
    assert world.client("agent").get(page).status_code == 404


def test_the_page_shows_what_one_may_know(world, django_assert_max_num_queries):
    for side in (world.ours, world.theirs):
        Feedback.objects.create(turn=side.turn, author="identity:1", value=Feedback.Value.UNSOLVED)
    rate(world, question_make(world.people["agent"], world.ours, text="我方评价过"), reason="tone")
    rate(world, question_make(world.people["administrator"], world.theirs, text="机密评价过"), reason="tone")
    with django_assert_max_num_queries(30):
        shown = world.client("agent").get(FEEDBACK).content.decode()
    assert "我方脱敏问题" in shown
    assert "我方评价过" in shown
    assert "机密" not in shown
    assert "机密评价过" in world.client("administrator").get(FEEDBACK, {"days": "7"}).content.decode()


def test_a_base_narrows_the_page(world):
    Feedback.objects.create(turn=world.ours.turn, author="identity:1", value=Feedback.Value.SOLVED)
    admin = world.client("administrator")
    assert "我方脱敏问题" in admin.get(FEEDBACK, {"base": world.ours.base.pk}).content.decode()
    assert "我方脱敏问题" not in admin.get(FEEDBACK, {"base": world.theirs.base.pk}).content.decode()


def test_an_outsider_sees_an_empty_page(world):
    Feedback.objects.create(turn=world.ours.turn, author="identity:1", value=Feedback.Value.SOLVED)
    shown = world.client("outsider").get(FEEDBACK).content.decode()
    assert "我方" not in shown


def test_an_opened_source_is_kept_once_and_leads_to_the_sentence(world, monkeypatch):
    sent = []
    monkeypatch.setattr("training.receivers.send_after_commit", lambda name, *ids, **_queue: sent.append((name, ids)))
    agent, row = world.client("agent"), question_make(world.people["agent"], world.ours)
    of_turn = reverse("conversations:turn_source", args=[world.ours.turn.pk, 1])
    of_question = reverse("conversations:question_source", args=[row.pk, 1])
    assert of_question in agent.get(reverse("conversations:question", args=[row.pk])).content.decode()
    for address in (of_turn, of_question, of_turn):
        assert agent.get(address).url.startswith(reverse("knowledge:document", args=[world.ours.document.pk]))
    assert agent.get(reverse("conversations:question_source", args=[row.pk, 2])).status_code == 404
    assert {name for name, _ids in sent} == {"training.source_opened"}
    for _name, ids in sent:
        source_opened_task(*ids)
    assert SourceOpening.objects.count() == 2
    shown = agent.get(FEEDBACK).content.decode()
    assert "2 次" in shown
    assert "1 人" in shown
    source_opened_task(world.people["agent"].pk, 0, row.pk + 999, 1, world.ours.document.pk)  # the question is gone
    assert SourceOpening.objects.count() == 2


def test_sources_opened_elsewhere_are_not_shown(world):
    facts = {"author": world.people["administrator"], "number": 1}
    SourceOpening.objects.create(turn=world.theirs.turn, document=world.theirs.document, **facts)
    assert world.theirs.document.name not in world.client("agent").get(FEEDBACK).content.decode()
    assert world.theirs.document.name in world.client("administrator").get(FEEDBACK).content.decode()
