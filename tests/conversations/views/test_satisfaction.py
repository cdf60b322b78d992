"""How content customers were, of the accounts a person may see."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.choices import Author, ConversationState
from conversations.models import Conversation, Satisfaction
from scrm.core.shares import Share

PAGE = reverse("conversations:satisfaction")


@pytest.fixture
def agent(world):
    client = world.client("agent")
    client.cookies["django_language"] = "en"
    return client


def rate(side, score, *, scale=5, user=None, age=0, **fields) -> Satisfaction:
    talk = Conversation.objects.create(account=side.account, identity=side.conversation.identity, state=ConversationState.CLOSED)
    served_by = Author.AGENT if user else Author.BOT
    row = Satisfaction.objects.create(conversation=talk, scale=scale, score=score, served_by=served_by, agent=user, **fields)
    at = timezone.now() - timedelta(days=age)
    Satisfaction.objects.filter(pk=row.pk).update(asked_at=at, rated_at=at if score else None)
    return row


@pytest.fixture
def ratings(world):
    person = world.people["agent"]
    for score, user in ((5, None), (4, None), (2, None), (None, None), (5, person)):
        rate(world.ours, score, user=user)
    rate(world.ours, 3, scale=3, comment="<手机号_1>很好")
    rate(world.ours, 1, age=40)
    rate(world.theirs, 1, comment="机密意见")


def test_shares_by_who_served_and_channel_without_a_word_of_others(world, agent, ratings):
    page = agent.get(PAGE)
    context = page.context
    assert (context["figures"].asked, context["figures"].share) == (6, Share(4, 5))
    assert {line.name: line.share for line in context["people"]} == {"bot": Share(3, 4), "agent": Share(1, 1)}
    assert [(line.name, line.share) for line in context["accounts_rated"]] == [("我方账号", Share(4, 5))]
    assert [line.share for line in context["weeks"]] == [Share(4, 5)]
    text = page.content.decode()
    assert "机密" not in text
    assert "[phone number]很好" in text


def test_a_longer_period_and_another_account(world, agent, ratings):
    assert agent.get(PAGE, {"days": "90"}).context["figures"].share == Share(4, 6)
    assert agent.get(PAGE, {"account": str(world.theirs.account.pk)}).context["figures"].share == Share(4, 5)
    assert world.client("administrator").get(PAGE, {"account": str(world.theirs.account.pk)}).context["figures"].share == Share(0, 1)


def test_an_empty_page_says_where_to_switch_it_on(agent):
    assert "Switch it on" in agent.get(PAGE).content.decode()


def test_the_panel_and_the_thread_show_it(world, agent, ratings):
    assert "80%" in agent.get(reverse("conversations:satisfaction_panel")).content.decode()
    row = rate(world.ours, 2)
    assert "rated 2 of 5" in agent.get(reverse("conversations:conversation", args=[row.conversation_id])).content.decode()


def test_the_page_asks_the_database_as_often_however_many_ratings(world, agent, ratings, django_assert_max_num_queries):
    for _number in range(20):
        rate(world.ours, 5)
    agent.get(PAGE)
    with django_assert_max_num_queries(16):
        agent.get(PAGE)


@pytest.mark.parametrize(
    ("good", "cases", "low", "high"), [(8, 10, 0.490, 0.943), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (0, 0, 0.0, 1.0)]
)
def test_wilsons_interval(good, cases, low, high):
    """Figures of Newcombe (1998) and by hand."""
    share = Share(good, cases)
    assert (round(share.low, 3), round(share.high, 3)) == (low, high)
