"""What the benchmark of replies counts."""

import pytest

from conversations.choices import Author, OutboundState, TurnState
from conversations.models import OutboundMessage, Turn
from conversations.services.bench_report import percentile, report
from tests.conversations.factories import AccountFactory, ConversationFactory, CustomerMessageFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("share", "expected"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1, 100.0)])
def test_percentiles_are_observed_values(share, expected):
    assert percentile([float(number) for number in range(100, 0, -1)], share) == expected


def test_without_values_there_is_no_percentile():
    assert percentile([], 0.5) is None


@pytest.fixture
def talk():
    return ConversationFactory(account=AccountFactory())


def answer(talk, number: int, msgid: str) -> None:
    """Question `number` is in our rows, and its turn has queued and sent one message."""
    message = CustomerMessageFactory(conversation=talk, external_id=f"q{number}")
    turn = Turn.objects.create(conversation=talk, trigger=message, state=TurnState.ANSWERED)
    OutboundMessage.objects.create(
        conversation=talk,
        turn=turn,
        idempotency_key=msgid,
        author=Author.BOT,
        text="a",
        state=OutboundState.SENT,
        payload={"external_ids": [msgid]},
    )


def item(seq: int, side: str, msgid: str, body: str = "") -> dict:
    return {"seq": seq, "external_userid": "wm1", "msgid": msgid, "side": side, "at": float(seq), "body": body or msgid}


def counted(talk, *items: dict) -> tuple[int, int, int]:
    bells = [
        {"seq": row["seq"], "started_at": row["at"], "ended_at": row["at"] + 0.004, "status": 200}
        for row in items
        if row["side"] == "customer"
    ]
    found = report(talk.account, {"items": list(items), "doorbells": bells})
    return found["lost"], found["duplicated"], found["out_of_order"]


def test_all_is_well(talk):
    answer(talk, 1, "a1")
    answer(talk, 2, "a2")
    items = [item(1, "customer", "q1"), item(2, "api", "a1"), item(3, "customer", "q2"), item(5, "api", "a2")]
    assert counted(talk, *items) == (0, 0, 0)
    found = report(talk.account, {"items": items, "doorbells": [{"seq": 1, "started_at": 1.0, "ended_at": 1.004, "status": 200}]})
    assert (found["ack_p99_ms"], found["first_reply_p50_ms"], found["first_reply_p99_ms"]) == (4.0, 1000.0, 2000.0)


def test_a_lost_message_is_counted(talk):
    answer(talk, 1, "a1")
    assert counted(talk, item(1, "customer", "q1"), item(2, "api", "a1"), item(3, "customer", "q2")) == (1, 0, 0)


def test_a_reply_that_never_arrived_is_lost(talk):
    answer(talk, 1, "a1")
    assert counted(talk, item(1, "customer", "q1")) == (1, 0, 0)


def test_a_repeated_reply_is_counted(talk):
    answer(talk, 1, "a1")
    assert counted(talk, item(1, "customer", "q1"), item(2, "api", "a1", "您好"), item(3, "api", "zz", "您好"))[1] == 2


def test_replies_out_of_order_are_counted(talk):
    answer(talk, 1, "a1")
    answer(talk, 2, "a2")
    items = [item(1, "customer", "q1"), item(2, "customer", "q2"), item(3, "api", "a2"), item(4, "api", "a1")]
    assert counted(talk, *items) == (0, 0, 1)
