"""Drafts of replies: what they answer, from which documents, and what becomes of them."""

import pytest
from django.urls import reverse
from django.utils import timezone

from conversations.choices import Author, Holder, QuestionState
from conversations.models import Conversation, Message, ReplyDraft
from conversations.services.conversations import agent_reply
from conversations.services.drafts import draft_ask, draft_run, drafts_waiting
from conversations.services.handover import conversation_close
from knowledge.choices import Audience
from knowledge.models import Document
from scrm.audit.models import AuditEntry
from scrm.core.errors import Conflict, Invalid, NotAllowed

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def held(conversation, agent) -> Conversation:
    Conversation.objects.filter(pk=conversation.pk).update(holder=Holder.PERSON, assignee=agent)
    conversation.refresh_from_db()
    return conversation


def drafted(agent, conversation) -> ReplyDraft:
    row = draft_ask(actor=agent, conversation=conversation)
    draft_run(draft_id=row.pk)
    row.refresh_from_db()
    return row


def test_a_draft_answers_what_the_customer_said_last_without_marks(agent, held, write):
    write("你好")
    Message.objects.create(
        conversation=held, author=Author.AGENT, text="您好", sent_at=timezone.now(), account=held.account, external_id="out1"
    )
    write("保温杯保修期多久？")
    row = drafted(agent, held)
    assert (row.state, row.question, row.result["refused"]) == (QuestionState.DONE, "保温杯保修期多久？", False)
    assert "两年" in row.text
    assert "[1]" not in row.text
    assert row.result["citations"][0]["document_id"]


def test_a_document_for_staff_is_never_in_a_draft(agent, held, write):
    write("保温杯保修期多久？")
    Document.objects.update(audience=Audience.INTERNAL)
    assert drafted(agent, held).text == ""


def test_what_is_not_known_is_not_drafted(agent, held, write):
    write("明天会下雨吗？")
    row = drafted(agent, held)
    assert (row.state, row.text, row.result["refused"]) == (QuestionState.DONE, "", True)


def test_an_endpoint_is_heard_while_it_writes(agent, held, write, endpoint, settings):
    settings.CHAT_MODEL, endpoint.reply = endpoint.chat_model, "保修期为两年[1]。"
    write("保温杯保修期多久？")
    row = drafted(agent, held)
    assert row.state == QuestionState.DONE
    assert any("messages" in request for request in endpoint.requests)


@pytest.mark.parametrize("text", ["", "   "])
def test_without_words_there_is_nothing_to_draft(agent, held, write, text):
    if text:
        write(text)
    with pytest.raises(Invalid):
        draft_ask(actor=agent, conversation=held)


def test_only_who_may_answer_has_drafts(stranger, held, write):
    write("保温杯保修期多久？")
    with pytest.raises(NotAllowed):
        draft_ask(actor=stranger, conversation=held)


def test_a_closed_conversation_has_none(agent, held, write):
    write("保温杯保修期多久？")
    conversation_close(actor=agent, conversation=held)
    held.refresh_from_db()
    with pytest.raises(Conflict):
        draft_ask(actor=agent, conversation=held)


def test_what_was_sent_in_its_place_is_kept_once(agent, held, write):
    write("保温杯保修期多久？")
    row = drafted(agent, held)
    agent_reply(actor=agent, conversation=held, text="两年哦", key="a", draft_id=row.pk)
    agent_reply(actor=agent, conversation=held, text="再说一句", key="b", draft_id=row.pk)
    row.refresh_from_db()
    assert row.sent == "两年哦"


def test_a_lost_draft_is_found_and_a_done_one_is_not_written_again(agent, held, write):
    write("保温杯保修期多久？")
    row = draft_ask(actor=agent, conversation=held)
    assert drafts_waiting() == [row.pk]
    draft_run(draft_id=row.pk)
    draft_run(draft_id=row.pk)
    assert drafts_waiting() == []
    assert AuditEntry.objects.filter(action="conversation.draft").count() == 1


def test_without_javascript_the_draft_is_on_the_page_it_leads_to(agent, stranger, held, write, client):
    write("保温杯保修期多久？")
    client.force_login(agent)
    address = client.post(reverse("conversations:draft_new", args=[held.pk])).url
    assert "再看一次" in client.get(address).content.decode()
    draft_run(draft_id=ReplyDraft.objects.get().pk)
    assert "两年" in client.get(address).content.decode().split('id="draft"')[1]
    for number in ("999999", "x", "٣"):
        assert client.get(address.split("?")[0], {"draft": number}).status_code == 200
    ReplyDraft.objects.update(asked_by=stranger)
    assert "data-draft-text" not in client.get(address).content.decode()
