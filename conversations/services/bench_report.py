"""What a benchmark of replies found, from the simulator's audit and our own rows."""

import math
from collections import defaultdict
from collections.abc import Sequence

from conversations.choices import Author, OutboundState, TurnState
from conversations.models import ChannelAccount, Message, OutboundMessage, Turn


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least `share` of the values do not exceed; None without values."""
    ranked = sorted(values)
    return round(ranked[max(math.ceil(len(ranked) * share) - 1, 0)], 1) if ranked else None


def percentiles(name: str, values_ms: Sequence[float]) -> dict[str, float | None]:
    return {f"{name}_p{share}_ms": percentile(values_ms, share / 100) for share in (50, 95, 99)}


def report(account: ChannelAccount, audit: dict) -> dict:
    """Times, and what went wrong: each customer message belongs to the first turn whose trigger is not before it."""
    items, bells = audit["items"], audit["doorbells"]
    asked = [item for item in items if item["side"] == "customer"]
    replies = _first_replies(account, asked, {item["msgid"]: item for item in items if item["side"] == "api"})
    rung = {bell["seq"]: bell["started_at"] for bell in reversed(bells)}  # the first attempt stays
    found = [(item, replies[item["msgid"]]) for item in asked if item["msgid"] in replies]
    ack = [(bell["ended_at"] - bell["started_at"]) * 1000 for bell in bells]
    first = [(reply["at"] - rung.get(item["seq"], item["at"])) * 1000 for item, reply in found]
    turns = Turn.objects.filter(conversation__account=account)
    return (
        percentiles("ack", ack)
        | percentiles("first_reply", first)
        | {
            "callbacks": len(bells),
            "callbacks_failed": sum(bell["status"] != 200 for bell in bells),
            "refused": turns.exclude(state=TurnState.ANSWERED).count(),
            "lost": len(asked) - len(found),
            "duplicated": _repeated(items) + _unexpected(account, items),
            "out_of_order": _disordered(items, replies),
        }
    )


def _first_replies(account: ChannelAccount, asked: list[dict], sent: dict[str, dict]) -> dict[str, dict]:
    """The first item that answers each customer message, by the message's id."""
    rows = Message.objects.filter(account=account, author=Author.CUSTOMER).values("pk", "conversation_id", "external_id")
    messages = {row["external_id"]: row for row in rows}
    turns: dict[int, list[dict]] = defaultdict(list)
    for turn in Turn.objects.filter(conversation__account=account).order_by("trigger_id").values("pk", "conversation_id", "trigger_id"):
        turns[turn["conversation_id"]].append(turn)
    outbound: dict[int, list[str]] = defaultdict(list)
    for row in (
        OutboundMessage.objects.filter(conversation__account=account, turn__isnull=False).order_by("id").values("turn_id", "payload")
    ):
        outbound[row["turn_id"]] += row["payload"].get("external_ids", [])
    replies = {}
    for item in asked:
        message = messages.get(item["msgid"])
        covering = [turn for turn in turns[message["conversation_id"]] if turn["trigger_id"] >= message["pk"]] if message else []
        ids = [key for key in outbound[covering[0]["pk"]] if key in sent] if covering else []
        if ids:
            replies[item["msgid"]] = sent[ids[0]]
    return replies


def _repeated(items: list[dict]) -> int:
    """Messages that a customer read twice in a row of replies: seen on the wire alone, without our own rows."""
    repeated = 0
    since: dict[str, list[dict]] = defaultdict(list)
    for item in items:
        if item["side"] == "customer":
            since[item["external_userid"]] = []
        elif item["side"] == "api":
            repeated += item["body"] in since[item["external_userid"]]
            since[item["external_userid"]].append(item["body"])
    return repeated


def _unexpected(account: ChannelAccount, items: list[dict]) -> int:
    """Messages on the wire that no row of the outbox accounts for."""
    rows = OutboundMessage.objects.filter(conversation__account=account, state=OutboundState.SENT).values_list("payload", flat=True)
    expected = {key for payload in rows for key in payload.get("external_ids", [])}
    return sum(item["side"] == "api" and item["msgid"] not in expected for item in items)


def _disordered(items: list[dict], replies: dict[str, dict]) -> int:
    """Replies that came before their question, or before the reply to an earlier one."""
    latest: dict[str, int] = defaultdict(int)
    wrong = 0
    for item in items:
        reply = replies.get(item["msgid"]) if item["side"] == "customer" else None
        if reply:
            wrong += reply["seq"] < max(item["seq"], latest[item["external_userid"]])
            latest[item["external_userid"]] = max(latest[item["external_userid"]], reply["seq"])
    return wrong
