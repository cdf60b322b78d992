"""What a colleague who takes a refused question over should know: the question, what was found, and why that was not enough."""

from dataclasses import dataclass
from typing import Any

from conversations.choices import ConversationState, Holder, TurnState
from conversations.models import Conversation, Turn
from conversations.selectors import passages
from conversations.services.replies import ASKED_FOR_PERSON

FOUND = 3  # passages shown


@dataclass(frozen=True)
class Brief:
    """`found`: the best passages the reader may see, with `relevance`; `cut`: sentences of the draft with why each was cut."""

    turn: Turn
    found: list[dict[str, Any]]
    cut: list[dict[str, Any]]


def handover_brief(user, conversation: Conversation) -> Brief | None:
    """Of the latest question the bot did not answer; None when the bot answers itself or a person was asked for without a question."""
    if conversation.holder == Holder.BOT or conversation.state != ConversationState.OPEN:
        return None
    open_turns = conversation.turns.filter(state__in=(TurnState.REFUSED, TurnState.HANDED_OVER)).exclude(question="")
    turn = open_turns.exclude(reason=ASKED_FOR_PERSON).order_by("-pk").first()
    if turn is None or not turn.trace:
        return None
    outputs = [entry.get("output") or {} for entry in turn.trace]
    hits = [hit for output in outputs for key in ("hits", "rejected") for hit in output.get(key) or [] if hit.get("chunk")]
    best = sorted({hit["chunk"]: hit for hit in hits}.values(), key=lambda hit: -(hit.get("relevance") or 0))[:FOUND]
    readable = passages(user, [hit["chunk"] for hit in best]) if best else {}
    found = [hit | readable[hit["chunk"]] for hit in best if hit["chunk"] in readable]
    cut = [each for output in outputs for each in output.get("sentences") or [] if not each.get("supported")]
    return Brief(turn, found, cut)
