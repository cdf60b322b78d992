"""What the bot reads of conversations: unanswered messages, earlier exchanges, and who waits."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from conversations.choices import Author, ConversationState, Holder, TurnState
from conversations.models import Conversation, Message, Turn
from conversations.types import Exchange, Verdict

HISTORY = 3
_TOLD = (TurnState.ANSWERED, TurnState.REFUSED)  # a question that was refused is still what the next one may be about
_SETTLE_S = 2  # a message younger than this is still on its way to its own task
_BATCH = 200


def unanswered_messages(conversation: Conversation) -> QuerySet[Message]:
    """The customer's messages that nobody has answered yet, oldest first, recalled ones too."""
    return conversation.messages.filter(author=Author.CUSTOMER, pk__gt=conversation.answered_up_to).order_by("pk")


def recent_exchanges(conversation: Conversation) -> tuple[Exchange, ...]:
    """The last few questions of the conversation, oldest first, masked; a follow-up as the question it stood for."""
    rows = conversation.turns.filter(state__in=_TOLD).exclude(question="").exclude(verdict=Verdict.SMALLTALK).order_by("-pk")[:HISTORY]
    return tuple(Exchange(_stood_for(row), row.answer) for row in reversed(rows))


def _stood_for(turn: Turn) -> str:
    rewritten = [entry.get("output", {}).get("standalone") for entry in turn.trace if entry.get("step") == "understand"]
    return next((text for text in reversed(rewritten) if text), turn.question)


def turns_waiting() -> list[int]:
    """Ids of conversations in which the bot owes an answer or a turn was left by its worker, longest waiting first."""
    settled = timezone.now() - timedelta(seconds=_SETTLE_S)
    unanswered = Message.objects.filter(
        conversation=OuterRef("pk"), author=Author.CUSTOMER, pk__gt=OuterRef("answered_up_to"), created_at__lt=settled
    )
    abandoned = Turn.objects.filter(conversation=OuterRef("pk"), state=TurnState.RUNNING, lease_until__lt=timezone.now())
    rows = Conversation.objects.filter(Exists(unanswered) & Q(state=ConversationState.OPEN) & ~Q(holder=Holder.PERSON) | Exists(abandoned))
    return list(rows.order_by(F("last_customer_at").asc(nulls_first=True), "pk").values_list("pk", flat=True)[:_BATCH])
