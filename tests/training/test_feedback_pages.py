"""赞 / 踩 on the ask page, and the page that shows what was said."""

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.choices import Author, TurnState
from conversations.models import ReplyDraft, ReviewTask, Turn
from knowledge.models import SearchJudgement, SearchQuestion
from scrm.core.errors import Invalid, NotFound
from tests.world import World, message_make, question_make, world_make
from training.feedback_sources import SOURCES
from training.models import AnswerRating, Feedback, FollowUp, SourceOpening
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
    with django_assert_max_num_queries(40):
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


@pytest.fixture
def every_source(world) -> World:
    """On each side one line of each source."""
    for side in (world.ours, world.theirs):
        turn = side.turn
        Turn.objects.filter(pk=turn.pk).update(state=TurnState.ANSWERED)
        trigger = message_make(turn.conversation, Author.CUSTOMER, "又问")
        later = Turn.objects.create(conversation=turn.conversation, trigger=trigger, question=f"{turn.question}？", state="refused")
        Feedback.objects.create(turn=turn, author="identity:1", value=Feedback.Value.UNSOLVED)
        FollowUp.objects.create(turn=turn, kind=FollowUp.Kind.REPEATED, after=later, created_at=timezone.now())
        ReplyDraft.objects.create(
            conversation=turn.conversation, asked_by=world.people["agent"], question=f"{side.word}起草", result={"text": "甲"}, sent="乙",
            state="done", done_at=timezone.now(),
        )  # fmt: skip
        ReviewTask.objects.filter(pk=side.review.pk).update(state="approved", final=f"{side.word}改过", decided_at=timezone.now())
        asked = SearchQuestion.objects.create(base=side.base, text=f"{side.word}测试题")
        SearchJudgement.objects.create(question=asked, document=side.document, content_hash="0" * 64, text="段落", grade=0)
        SourceOpening.objects.create(turn=turn, number=1, document=side.document, author=world.people["agent"])
    rate(world, question_make(world.people["agent"], world.ours, text="我方评价过"), reason="tone")
    rate(world, question_make(world.people["administrator"], world.theirs, text="机密评价过"), reason="tone")
    return world


@pytest.mark.parametrize("source", SOURCES)
def test_each_source_has_its_list_and_shows_what_one_may_know(every_source, source, django_assert_max_num_queries):
    agent, admin = every_source.client("agent"), every_source.client("administrator")
    with django_assert_max_num_queries(25):
        ours = agent.get(FEEDBACK, {"source": source})
    assert [count for _key, _name, count in ours.context["sources"]] == [1] * len(SOURCES)
    assert len(ours.context["said"]) == 1
    assert "机密" not in ours.content.decode()
    assert len(admin.get(FEEDBACK, {"source": source}).context["said"]) == 2
    narrowed = admin.get(FEEDBACK, {"source": source, "base": every_source.theirs.base.pk}).content.decode()
    assert "机密" in narrowed
    nobody = every_source.client("outsider").get(FEEDBACK, {"source": source})
    assert nobody.context["said"] == []
    assert "card" in nobody.content.decode()


def test_questions_that_ask_the_same_are_one_line(every_source):
    other = every_source.ours.turn
    Feedback.objects.create(turn=other, author="identity:2", value=Feedback.Value.SOLVED)
    page = every_source.client("agent").get(FEEDBACK)
    one = next(each for each in page.context["clusters"] if each.conversations)
    assert dict(one.said) == {"unsolved": 1, "solved": 1, "repeated": 1}
    assert one.conversations == {other.conversation_id}
    rated = next(each for each in page.context["clusters"] if not each.conversations)
    assert (rated.question, rated.said["down"]) == ("我方评价过", 1)


def test_pages_of_a_list_keep_source_and_period(world):
    Feedback.objects.bulk_create(Feedback(turn=world.ours.turn, author=f"identity:{n}", value="solved") for n in range(60))
    page = world.client("agent").get(FEEDBACK, {"source": "menu", "days": "7"})
    assert len(page.context["said"]) == 50
    assert "source=menu&amp;days=7&amp;base=&amp;page=2" in page.content.decode()
    assert len(world.client("agent").get(FEEDBACK, {"source": "menu", "page": "2"}).context["said"]) == 10
