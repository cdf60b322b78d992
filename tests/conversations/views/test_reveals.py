"""Who may see a masked value, and that every look leaves a trace."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from django.utils import timezone

from conversations.choices import Author
from conversations.services.reveals import value_reveal
from scrm.audit.models import AuditEntry
from scrm.core.errors import NotAllowed
from scrm.privacy.models import PersonalValue
from scrm.privacy.vault import text_mask_in_tx
from tests.world import message_make

HTMX = {"HX-Request": "true"}
PHONE = "13912345678"


@pytest.fixture
def talk(world):
    """Our conversation, in which the customer gave a phone number."""
    row = world.ours.conversation
    world.placeholder = text_mask_in_tx(row.vault, PHONE)
    message_make(row, Author.CUSTOMER, f"手机号是{world.placeholder}，<b>谢谢</b>")
    return row


@pytest.fixture
def agent(world):
    client = world.client("agent")
    client.cookies["django_language"] = "en"
    return client


def url(name: str, row) -> str:
    return reverse(f"conversations:{name}", args=[row.pk])


def looks() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(action="personal.reveal"))


def without_permission() -> None:
    Group.objects.get(name="agent").permissions.remove(Permission.objects.get(codename="reveal_personal"))


def test_the_thread_shows_a_mark_with_a_button_and_no_value(talk, agent):
    page = agent.get(url("conversation", talk)).content.decode()
    assert "phone number 2" in page
    assert "Reveal: phone number 2" in page
    assert PHONE not in page
    assert "&lt;b&gt;谢谢" in page
    assert looks() == []


def test_a_look_shows_the_value_in_place_and_is_audited_without_it(world, talk, agent):
    shown = agent.post(url("reveal", talk), {"placeholder": world.placeholder}, headers=HTMX)
    assert PHONE in shown.content.decode()
    assert "<html" not in shown.content.decode()
    assert "no-store" in shown.headers["Cache-Control"]
    (entry,) = looks()
    assert (entry.actor, entry.subject_type, entry.subject_id) == ("agent", "conversations.conversation", str(talk.pk))
    assert entry.detail == {"kind": "手机号", "number": 2, "conversation": talk.pk}


def test_without_javascript_it_is_a_page(world, talk, agent):
    page = agent.post(url("reveal", talk), {"placeholder": world.placeholder}).content.decode()
    assert PHONE in page
    assert url("conversation", talk) in page


def test_without_the_permission_there_is_no_button_and_no_value(world, talk, agent):
    without_permission()
    page = agent.get(url("conversation", talk)).content.decode()
    assert "phone number 2" in page
    assert "masked-show" not in page
    assert agent.post(url("reveal", talk), {"placeholder": world.placeholder}, headers=HTMX).status_code == 403
    with pytest.raises(NotAllowed):
        value_reveal(actor=world.people["knowledge_manager"], conversation=talk, placeholder=world.placeholder)
    assert looks() == []


def test_without_a_grant_on_the_account_there_is_no_value(world, talk):
    refused = world.client("outsider").post(url("reveal", talk), {"placeholder": world.placeholder})
    assert refused.status_code == 404
    with pytest.raises(NotAllowed):
        value_reveal(actor=world.people["outsider"], conversation=talk, placeholder=world.placeholder)


def test_a_placeholder_of_another_conversation_says_nothing(world, agent):
    assert agent.post(url("reveal", world.ours.conversation), {"placeholder": "<手机号_9>"}, headers=HTMX).status_code == 404
    assert looks() == []


def test_without_an_audit_entry_there_is_no_value(world, talk, monkeypatch):
    def refuses(**_):
        raise OSError("the log is full")

    monkeypatch.setattr("conversations.services.reveals.audit_record", refuses)
    with pytest.raises(OSError, match="full"):
        value_reveal(actor=world.people["agent"], conversation=talk, placeholder=world.placeholder)


@pytest.mark.parametrize(("language", "word"), [("en", "expired"), ("zh-hans", "已过期")])
def test_an_expired_value_says_so(world, talk, agent, language, word):
    agent.cookies["django_language"] = language
    PersonalValue.objects.update(expires_at=timezone.now())
    assert word in agent.post(url("reveal", talk), {"placeholder": world.placeholder}, headers=HTMX).content.decode()
    page = agent.post(url("reveal", talk), {"placeholder": world.placeholder})
    assert (page.status_code, PHONE in page.content.decode()) == (410, False)


def test_a_reply_with_personal_data_is_stored_masked_and_shown_so(world, talk, agent):
    agent.post(url("take_over", talk))
    agent.post(url("reply", talk), {"text": f"您的号码{PHONE}已登记，专员电话13700001111", "key": "k"})
    assert talk.outbound.latest("id").text == "您的号码<手机号_2>已登记，专员电话<手机号_3>"
    page = agent.get(url("conversation", talk)).content.decode()
    assert "phone number 3" in page
    assert "13700001111" not in page


def test_a_remark_is_masked_and_its_values_shown_from_the_card(world, talk, agent):
    agent.post(url("customer_save", talk), {"name": "老王13912345678", "remark": f"备用电话{PHONE}", "tags": ""})
    customer = world.ours.customer
    customer.refresh_from_db()
    assert (customer.name, customer.remark) == ("老王<手机号_1>", "备用电话<手机号_1>")
    assert PHONE not in agent.get(url("conversation", talk)).content.decode()
    shown = agent.post(url("reveal", talk), {"placeholder": "<手机号_1>", "card": "1"}, headers=HTMX)
    assert PHONE in shown.content.decode()
    assert looks()[0].subject_type == "customers.customer"


def test_the_inbox_finds_by_word_and_by_whole_number(world, talk, agent):
    for words in ("谢谢", PHONE, "139-1234-5678"):
        assert [row.pk for row in agent.get(reverse("conversations:inbox"), {"q": words}).context["rows"]] == [talk.pk], words
    assert agent.get(reverse("conversations:inbox"), {"q": "13712345678"}).context["rows"] == []
    without_permission()
    assert agent.get(reverse("conversations:inbox"), {"q": PHONE}).context["rows"] == []


def test_lists_name_the_kind(talk, agent):
    assert "手机号是[phone number]" in agent.get(reverse("conversations:inbox")).content.decode()


def test_a_reply_may_speak_of_a_masked_value_while_it_is_kept(world, talk, agent):
    agent.post(url("take_over", talk))
    assert agent.post(url("reply", talk), {"text": f"{world.placeholder}对吗", "key": "a"}, headers=HTMX).status_code == 200
    PersonalValue.objects.update(expires_at=timezone.now())
    refused = agent.post(url("reply", talk), {"text": f"{world.placeholder}对吗", "key": "b"}, headers=HTMX)
    assert (refused.status_code, talk.outbound.filter(author=Author.AGENT).count()) == (410, 1)
