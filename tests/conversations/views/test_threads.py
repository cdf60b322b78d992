"""One conversation: what is shown, who may do what, and what a poll costs."""

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.choices import Author, ConversationState, Holder, OutboundState
from conversations.models import Conversation, OutboundMessage
from scrm.access.grants import grant
from tests.world import message_make

# Session, user, three of permissions and roles, the conversation, three of the stamp.
QUIET_POLL_QUERIES = 9
HTMX = {"HX-Request": "true"}


def url(name: str, row) -> str:
    return reverse(f"conversations:{name}", args=[row.pk])


@pytest.fixture
def agent(world):
    client = world.client("agent")
    client.cookies["django_language"] = "en"
    return client


@pytest.fixture
def held(world):
    """Our conversation, held by the agent."""
    row = world.ours.conversation
    Conversation.objects.filter(pk=row.pk).update(holder=Holder.PERSON, assignee=world.people["agent"])
    return row


def text_of(response) -> str:
    return response.content.decode()


def test_the_thread_shows_both_sides_in_order_with_source_and_customer(world, agent):
    page = text_of(agent.get(url("conversation", world.ours.conversation)))
    assert page.index("我方问题") < page.index('<div class="bubble bubble-bot">我方答复')
    for word in ("我方标题", "我方备注", "我方标签", "我方转接原因", "sent"):
        assert word in page


def test_a_source_opens_at_the_quoted_sentence(world, agent):
    side = world.ours
    source = reverse("conversations:turn_source", args=[side.turn.pk, 1])
    assert source in text_of(agent.get(url("conversation", side.conversation)))
    assert (
        agent.get(source).url == f"{reverse('knowledge:document', args=[side.document.pk])}?version={side.version.pk}&start=0&end=4#quote"
    )


def test_a_source_of_a_base_without_a_grant_is_a_number_only(world):
    grant(actor=None, subject=world.people["outsider"], container=world.ours.account)
    page = text_of(world.client("outsider").get(url("conversation", world.ours.conversation)))
    assert "我方答复" in page
    for hidden in ("我方标题", "我方章节", "我方引文"):
        assert hidden not in page


def test_a_conversation_of_another_account_does_not_exist(world, agent):
    for name in ("conversation", "thread"):
        assert agent.get(url(name, world.theirs.conversation)).status_code == 404
    for name in ("take_over", "hand_back", "close", "reply", "customer_save"):
        assert agent.post(url(name, world.theirs.conversation)).status_code == 404
    assert Conversation.objects.get(pk=world.theirs.conversation.pk).holder == Holder.WAITING


def test_take_over_answer_and_hand_back_without_javascript(world, agent):
    row = world.ours.conversation
    assert "Take over" in text_of(agent.get(url("conversation", row)))
    assert agent.post(url("take_over", row)).headers["Location"] == url("conversation", row)
    page = text_of(agent.get(url("conversation", row)))
    assert 'name="text"' in page
    assert "Take over" not in page
    agent.post(url("reply", row), {"text": "您好，我来帮您", "key": "k1"})
    sent = OutboundMessage.objects.get(author=Author.AGENT)
    assert (sent.text, sent.user, sent.state) == ("您好，我来帮您", world.people["agent"], OutboundState.QUEUED)
    assert "您好，我来帮您" in text_of(agent.get(url("conversation", row)))
    agent.post(url("hand_back", row))
    row.refresh_from_db()
    assert (row.holder, row.assignee) == (Holder.BOT, None)


def test_a_form_sent_twice_is_one_message(held, agent):
    for _again in range(2):
        agent.post(url("reply", held), {"text": "只发一次", "key": "same"})
    assert OutboundMessage.objects.filter(text="只发一次").count() == 1


def test_with_htmx_an_action_answers_with_the_thread_and_a_fresh_form(held, agent):
    page = text_of(agent.post(url("reply", held), {"text": "你好", "key": "k"}, headers=HTMX))
    assert "<html" not in page
    assert 'id="entries"' in page
    assert 'id="composer"' in page
    assert "你好" in page


def test_a_colleague_who_was_faster_is_named_and_nothing_is_sent(world, agent):
    row = world.ours.conversation
    Conversation.objects.filter(pk=row.pk).update(holder=Holder.PERSON, assignee=world.people["administrator"])
    page = text_of(agent.get(url("conversation", row)))
    assert "administrator holds this conversation." in page
    assert "Take over" not in page
    refused = agent.post(url("take_over", row), headers=HTMX)
    assert (refused.status_code, refused.headers["Content-Type"]) == (409, "text/plain; charset=utf-8")
    assert agent.post(url("reply", row), {"text": "x"}, headers=HTMX).status_code == 409
    assert not OutboundMessage.objects.filter(author=Author.AGENT).exists()


def test_without_javascript_a_conflict_comes_back_as_a_message(world, agent):
    row = world.ours.conversation
    Conversation.objects.filter(pk=row.pk).update(holder=Holder.PERSON, assignee=world.people["administrator"])
    page_url = "http://testserver" + url("conversation", row)
    response = agent.post(url("take_over", row), headers={"Referer": page_url}, follow=True)
    assert "A colleague holds this conversation already." in text_of(response)


def test_an_empty_reply_is_refused(held, agent):
    assert agent.post(url("reply", held), {"text": "   "}, headers=HTMX).status_code == 400
    assert not OutboundMessage.objects.filter(author=Author.AGENT).exists()


def test_closing_ends_it(held, agent):
    agent.post(url("close", held))
    page = text_of(agent.get(url("conversation", held)))
    assert "This conversation is closed." in page
    assert 'name="text"' not in page
    assert Conversation.objects.get(pk=held.pk).state == ConversationState.CLOSED


@pytest.mark.parametrize("name", ["take_over", "hand_back", "close", "reply", "customer_save"])
def test_actions_are_never_done_by_a_link(world, agent, name):
    assert agent.get(url(name, world.ours.conversation)).status_code == 405


@pytest.mark.parametrize(
    ("state", "shown"),
    [
        (OutboundState.QUEUED, "on its way"),
        (OutboundState.SENDING, "on its way"),
        (OutboundState.RETRY, "will be retried"),
        (OutboundState.UNKNOWN, "checking whether it arrived"),
        (OutboundState.FAILED, "not delivered"),
    ],
)
def test_what_waits_in_the_outbox_says_how_it_stands(held, agent, state, shown):
    OutboundMessage.objects.create(conversation=held, idempotency_key="x", author=Author.AGENT, text="待发", state=state, error="原因在此")
    page = text_of(agent.get(url("conversation", held)))
    assert shown in page
    assert ("原因在此" in page) is (state in (OutboundState.FAILED, OutboundState.RETRY))


def test_failed_words_are_queued_once_more_however_often_pressed(held, agent):
    failed = OutboundMessage.objects.create(
        conversation=held, idempotency_key="x", author=Author.AGENT, text="再发", state=OutboundState.FAILED
    )
    for _again in range(2):
        assert agent.post(url("send_again", failed)).status_code == 302
    assert OutboundMessage.objects.filter(text="再发", state=OutboundState.QUEUED).count() == 1


def test_what_was_sent_is_not_sent_again(world, held, agent):
    assert agent.post(url("send_again", world.ours.outbound), headers=HTMX).status_code == 409
    assert agent.post(url("send_again", world.theirs.outbound), headers=HTMX).status_code == 404


def seen(client, row) -> str:
    return client.get(url("conversation", row)).context["stamp"]


def test_a_poll_is_empty_until_something_changes(held, agent):
    stamp = seen(agent, held)
    assert agent.get(url("thread", held), {"seen": stamp}).status_code == 204
    message_make(held, Author.CUSTOMER, "新的话")
    page = text_of(agent.get(url("thread", held), {"seen": stamp}))
    assert "新的话" in page
    assert 'id="composer"' not in page, "a reply being typed must not be lost"


def test_a_poll_brings_the_form_when_somebody_else_answers_now(world, held, agent):
    stamp = seen(agent, held)
    Conversation.objects.filter(pk=held.pk).update(assignee=world.people["administrator"])
    assert 'id="composer"' in text_of(agent.get(url("thread", held), {"seen": stamp}))


def test_a_poll_notices_a_delivery(held, agent):
    row = OutboundMessage.objects.create(conversation=held, idempotency_key="x", author=Author.AGENT, text="待发")
    stamp = seen(agent, held)
    OutboundMessage.objects.filter(pk=row.pk).update(state=OutboundState.SENT)
    assert agent.get(url("thread", held), {"seen": stamp}).status_code == 200


def test_a_quiet_poll_is_cheap(held, agent, django_assert_max_num_queries):
    stamp = seen(agent, held)
    with django_assert_max_num_queries(QUIET_POLL_QUERIES):
        agent.get(url("thread", held), {"seen": stamp})


def test_the_cost_of_a_thread_does_not_grow_with_it(held, agent, django_assert_max_num_queries):
    for number in range(40):
        said = message_make(held, Author.AGENT, f"第{number}句")
        OutboundMessage.objects.create(
            conversation=held, idempotency_key=f"n{number}", author=Author.AGENT, text=said.text, message=said, state=OutboundState.SENT
        )
    with django_assert_max_num_queries(24):
        agent.get(url("conversation", held))


def test_long_threads_show_their_end_and_lead_to_what_came_before(held, agent):
    rows = [message_make(held, Author.CUSTOMER, f"第{number}句。") for number in range(105)]
    page = text_of(agent.get(url("conversation", held)))
    assert "第104句。" in page
    assert "第3句。" not in page
    earlier = text_of(agent.get(url("conversation", held), {"before": rows[5].pk}))
    assert "第3句。" in earlier
    assert "第104句。</div>" not in earlier


def test_a_recalled_message_is_not_shown(world, agent):
    row = world.ours.asked
    row.recalled_at = timezone.now()
    row.save()
    entries = text_of(agent.get(url("thread", world.ours.conversation)))
    assert "我方问题" not in entries
    assert "recalled by the customer" in entries


def test_markup_of_a_customer_is_text(world, agent):
    message_make(world.ours.conversation, Author.CUSTOMER, "<img src=x onerror=alert(1)>")
    assert "<img src=x" not in text_of(agent.get(url("conversation", world.ours.conversation)))


def test_the_customer_card_is_saved(world, agent):
    agent.post(url("customer_save", world.ours.conversation), {"name": "新名字", "remark": "新备注", "tags": "甲，乙, 甲"})
    customer = world.ours.customer
    customer.refresh_from_db()
    assert (customer.name, customer.remark) == ("新名字", "新备注")
    assert sorted(tag.name for tag in customer.tags.all()) == ["乙", "甲"]


def test_other_conversations_of_the_customer_are_those_one_may_see(world, agent):
    hidden = world.theirs.conversation.identity
    hidden.customer = world.ours.customer
    hidden.save()
    assert "机密账号" not in text_of(agent.get(url("conversation", world.ours.conversation)))
    assert "机密账号" in text_of(world.client("administrator").get(url("conversation", world.ours.conversation)))


def test_the_trace_has_steps_times_and_passages(world, agent):
    page = text_of(agent.get(url("turn", world.ours.turn)))
    for word in ("Search the knowledge", "3.2 ms", "我方脱敏问题", "我方引文", "90%"):
        assert word in page
    assert "<html" not in text_of(agent.get(url("turn", world.ours.turn), headers=HTMX))
    assert agent.get(url("turn", world.theirs.turn)).status_code == 404


def test_the_trace_hides_passages_of_a_base_without_a_grant(world):
    grant(actor=None, subject=world.people["outsider"], container=world.ours.account)
    page = text_of(world.client("outsider").get(url("turn", world.ours.turn)))
    assert "我方脱敏问题" in page
    for hidden in ("我方标题", "我方引文", "我方章节"):
        assert hidden not in page
