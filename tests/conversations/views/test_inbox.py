"""The list of conversations: boxes, search, paging, polling, and its cost."""

from datetime import timedelta

import pytest
from django.urls import reverse

from conversations.choices import Author, ConversationState, Holder
from conversations.models import ChannelIdentity, Conversation
from scrm.customers.models import Customer
from tests.world import message_make

INBOX, LIST = reverse("conversations:inbox"), reverse("conversations:inbox_list")
# Session, user, three of permissions and roles, the page of rows with its count, the boxes' counts.
LIST_QUERIES = 9


def rows(response) -> list[Conversation]:
    return list(response.context["rows"])


@pytest.fixture
def agent(world):
    return world.client("agent")


def test_shows_the_conversations_of_granted_accounts_with_their_last_words(world, agent):
    response = agent.get(INBOX)
    assert rows(response) == [world.ours.conversation]
    assert "我方答复" in response.content.decode()


@pytest.mark.parametrize(
    ("box", "holder", "state", "shown"),
    [
        ("open", Holder.BOT, "open", True),
        ("waiting", Holder.WAITING, "open", True),
        ("waiting", Holder.BOT, "open", False),
        ("bot", Holder.BOT, "open", True),
        ("bot", Holder.WAITING, "open", False),
        ("closed", Holder.BOT, "closed", True),
        ("open", Holder.BOT, "closed", False),
        ("nonsense", Holder.BOT, "open", True),
    ],
)
def test_boxes(world, agent, box, holder, state, shown):
    Conversation.objects.filter(pk=world.ours.conversation.pk).update(holder=holder, state=state)
    assert bool(rows(agent.get(INBOX, {"box": box}))) is shown


def test_mine_holds_what_i_hold_and_not_what_colleagues_hold(world, agent):
    Conversation.objects.filter(pk=world.ours.conversation.pk).update(holder=Holder.PERSON, assignee=world.people["administrator"])
    assert rows(agent.get(INBOX, {"box": "mine"})) == []
    Conversation.objects.filter(pk=world.ours.conversation.pk).update(assignee=world.people["agent"])
    assert rows(agent.get(INBOX, {"box": "mine"})) == [world.ours.conversation]


@pytest.mark.parametrize("words", ["我方客", "我方备", "我方问题", " 我方客户 "])
def test_search_finds_by_name_remark_and_any_message(world, agent, words):
    assert rows(agent.get(INBOX, {"q": words})) == [world.ours.conversation]


@pytest.mark.parametrize("words", ["没有这样的话", "机密客户", "%", "机密问题"])
def test_search_finds_nothing_else(world, agent, words):
    assert rows(agent.get(INBOX, {"q": words})) == []


def test_the_longest_wait_comes_first_in_waiting(world, agent):
    earlier = another(world.ours, "早到的", minutes=30)
    assert rows(agent.get(INBOX, {"box": "waiting"})) == [earlier, world.ours.conversation]
    assert rows(agent.get(INBOX, {"box": "open"})) == [world.ours.conversation, earlier]


def test_an_unanswered_customer_of_mine_is_marked(world, agent):
    Conversation.objects.filter(pk=world.ours.conversation.pk).update(holder=Holder.PERSON, assignee=world.people["agent"])
    agent.cookies["django_language"] = "en"
    assert "unanswered" not in agent.get(INBOX).content.decode()
    message_make(world.ours.conversation, Author.CUSTOMER, "还在吗")
    assert "unanswered" in agent.get(INBOX).content.decode()


def test_a_poll_costs_nothing_to_draw_while_nothing_changes(world, agent):
    stamp = agent.get(LIST).context["list_stamp"]
    assert agent.get(LIST, {"seen": stamp}).status_code == 204
    message_make(world.ours.conversation, Author.CUSTOMER, "新消息")
    assert "新消息" in agent.get(LIST, {"seen": stamp}).content.decode()


def test_the_cost_does_not_grow_with_the_rows(world, agent, django_assert_max_num_queries):
    agent.get(LIST)
    for number in range(10):
        another(world.ours, f"客户{number}", minutes=number)
    with django_assert_max_num_queries(LIST_QUERIES):
        agent.get(LIST)


def test_pages(world, agent):
    for number in range(31):
        another(world.ours, f"客户{number}", minutes=number)
    assert len(rows(agent.get(INBOX))) == 30
    assert len(rows(agent.get(INBOX, {"page": "2"}))) == 2
    assert len(rows(agent.get(INBOX, {"page": "zzz"}))) == 30


def test_a_customers_markup_is_shown_as_text(world, agent):
    message_make(world.ours.conversation, Author.CUSTOMER, "<script>alert(1)</script>")
    page = agent.get(INBOX).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_an_expired_session_moves_the_whole_page_to_the_sign_in(client, db):
    response = client.get(LIST, headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == reverse("dashboard:sign_in")


def another(side, name: str, *, minutes: int) -> Conversation:
    """One more waiting conversation of this side, that long ago."""
    identity = ChannelIdentity.objects.create(account=side.account, external_id=name, customer=Customer.objects.create(name=name))
    moment = side.conversation.last_message_at - timedelta(minutes=minutes + 1)
    row = Conversation.objects.create(
        account=side.account, identity=identity, holder=Holder.WAITING, handover_reason="x", last_message_at=moment, last_customer_at=moment
    )
    message_make(row, Author.CUSTOMER, name)
    assert row.state == ConversationState.OPEN
    return row
