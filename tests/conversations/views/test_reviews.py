"""The review queue."""

import pytest
from django.urls import reverse

from conversations.choices import Holder, ReviewState
from conversations.models import OutboundMessage, ReviewTask

QUEUE, NEWS = reverse("conversations:reviews"), reverse("conversations:reviews_news")


@pytest.fixture
def agent(world):
    client = world.client("agent")
    client.cookies["django_language"] = "en"
    return client


def post(client, name: str, task, **data):
    return client.post(reverse(f"conversations:{name}", args=[task.pk]), data)


def sent() -> OutboundMessage:
    return OutboundMessage.objects.order_by("-id").first()


def test_the_queue_shows_draft_topic_and_question_of_visible_accounts(world, agent):
    page = agent.get(QUEUE).content.decode()
    for word in ("我方草稿", "我方主题", "我方答复"):
        assert word in page
    assert "机密" not in page


def test_approving_as_it_stands_sends_the_draft(world, agent):
    post(agent, "approve", world.ours.review, text="我方草稿")
    assert (sent().text, sent().author) == ("我方草稿", "bot")
    assert ReviewTask.objects.get(pk=world.ours.review.pk).state == ReviewState.APPROVED


def test_approving_an_edited_answer_sends_the_edit_and_keeps_both(world, agent):
    post(agent, "approve", world.ours.review, text="改过的回答")
    task = ReviewTask.objects.get(pk=world.ours.review.pk)
    assert (sent().text, sent().user, task.draft, task.final) == ("改过的回答", world.people["agent"], "我方草稿", "改过的回答")
    assert "approved, edited" in agent.get(QUEUE).content.decode()


def test_rejecting_sends_nothing_and_leaves_the_conversation_to_a_person(world, agent):
    before = OutboundMessage.objects.count()
    post(agent, "reject", world.ours.review, note="说法不对")
    task = ReviewTask.objects.get(pk=world.ours.review.pk)
    assert (task.state, task.note, task.turn.conversation.holder) == (ReviewState.REJECTED, "说法不对", Holder.WAITING)
    assert OutboundMessage.objects.count() == before


def test_the_second_decision_is_told_and_has_no_effect(world, agent):
    post(agent, "approve", world.ours.review, text="我方草稿")
    before = OutboundMessage.objects.count()
    response = agent.post(
        reverse("conversations:reject", args=[world.ours.review.pk]), headers={"Referer": f"http://testserver{QUEUE}"}, follow=True
    )
    assert "This answer has been decided already." in response.content.decode()
    assert OutboundMessage.objects.count() == before


@pytest.mark.parametrize("name", ["approve", "reject"])
def test_another_accounts_task_does_not_exist(world, agent, name):
    assert post(agent, name, world.theirs.review, text="x").status_code == 404
    assert ReviewTask.objects.get(pk=world.theirs.review.pk).state == ReviewState.OPEN


def test_news_are_told_without_touching_the_drafts_on_the_page(world, agent):
    stamp = agent.get(QUEUE).context["stamp"]
    assert agent.get(NEWS, {"seen": stamp}).status_code == 204
    post(agent, "reject", world.ours.review)
    assert "The queue has changed." in agent.get(NEWS, {"seen": stamp}).content.decode()


def test_an_empty_queue_says_so(world):
    client = world.client("outsider")
    client.cookies["django_language"] = "en"
    assert "Nothing waits for review" in client.get(QUEUE).content.decode()
