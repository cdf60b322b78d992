"""Replay of callbacks, second tries, risk rules, and lists that are only read."""

import pytest
from django.urls import reverse

from conversations.choices import EventState, OutboundState
from conversations.models import InboundEvent, OutboundMessage, RiskRule


@pytest.fixture
def admin(world):
    client = world.client("administrator")
    client.cookies["django_language"] = "en"
    return client


def act(client, model: str, action: str, row):
    return client.post(reverse(f"admin:conversations_{model}_changelist"), {"action": action, "_selected_action": [row.pk]}, follow=True)


def test_a_failed_callback_is_taken_up_again(world, admin):
    InboundEvent.objects.filter(pk=world.ours.event.pk).update(state=EventState.FAILED, error="x")
    assert "1 event is taken up again." in act(admin, "inboundevent", "replay", world.ours.event).content.decode()
    row = InboundEvent.objects.get(pk=world.ours.event.pk)
    assert (row.state, row.error) == (EventState.RECEIVED, "")


def test_failed_words_are_sent_again_and_sent_ones_are_not(world, admin):
    page = act(admin, "outboundmessage", "send_again", world.ours.outbound).content.decode()
    assert "Only a message that failed can be sent again." in page
    OutboundMessage.objects.filter(pk=world.ours.outbound.pk).update(state=OutboundState.FAILED)
    act(admin, "outboundmessage", "send_again", world.ours.outbound)
    assert OutboundMessage.objects.filter(text="我方答复", state=OutboundState.QUEUED).count() == 1


@pytest.mark.parametrize("model", ["conversation", "turn", "inboundevent", "outboundmessage"])
def test_what_happened_is_only_read(world, admin, model):
    assert admin.get(reverse(f"admin:conversations_{model}_add")).status_code == 403
    row = {
        "conversation": world.ours.conversation,
        "turn": world.ours.turn,
        "inboundevent": world.ours.event,
        "outboundmessage": world.ours.outbound,
    }[model]
    page = admin.get(reverse(f"admin:conversations_{model}_change", args=[row.pk]))
    assert page.status_code == 200
    assert 'name="_save"' not in page.content.decode()


def test_a_turns_trace_is_readable(world, admin):
    assert "Search the knowledge" in admin.get(reverse("admin:conversations_turn_change", args=[world.ours.turn.pk])).content.decode()


def test_a_risk_rule_with_a_broken_pattern_names_the_line(world, admin):
    url = reverse("admin:conversations_riskrule_add")
    data = {"topic": "新", "level": "review", "enabled": "on", "question_patterns": "理财\n([", "answer_patterns": ""}
    assert "Line 2 is not a valid pattern" in admin.post(url, data).content.decode()
    admin.post(url, data | {"question_patterns": " 理财 \n\n年化.{0,4}收益"})
    assert RiskRule.objects.get(topic="新").question_patterns == "理财\n年化.{0,4}收益"
