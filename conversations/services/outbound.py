"""The outbox: what we owe customers, sent exactly once and in order of id within a conversation.

One worker sends for a conversation at a time, under a session lock that a killed worker frees by dying. Whoever finds a row in SENDING
then knows that its sender died: the row is sent again under the same ids, which the channel refuses as duplicates if it had arrived.
"""

from collections.abc import Mapping
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.channels.outcomes import Budget, Failed, Outcome, Retry, Sent, Unclear
from conversations.channels.registry import CHANNELS
from conversations.choices import Author, ConversationState, Holder, OutboundState
from conversations.models import Conversation, Message, OutboundMessage
from conversations.models.outbound import WAITING_STATES
from conversations.services.handover import offer_in_tx
from scrm.core.errors import ScrmError
from scrm.core.locks import try_session_lock
from scrm.privacy.types import PLACEHOLDER
from scrm.privacy.vault import values_of

MAX_ATTEMPTS = 30
GIVEN_UP = _("Given up after %(attempts)d attempts. %(cause)s")
PERSON_CAME_FIRST = _("A person took the conversation over before this was sent.")
NOT_SENT = _("A message could not be sent: %(cause)s")
BATCH = 200


def conversations_waiting() -> list[int]:
    """Ids of conversations whose oldest waiting message is due."""
    due = Q(next_attempt_at__isnull=True) | Q(next_attempt_at__lte=timezone.now())
    earlier = OutboundMessage.objects.filter(conversation=OuterRef("conversation"), state__in=WAITING_STATES, id__lt=OuterRef("id"))
    rows = OutboundMessage.objects.filter(due, ~Exists(earlier), state__in=WAITING_STATES)
    return list(rows.order_by("id").values_list("conversation_id", flat=True)[:BATCH])


def outbound_run(*, conversation_id: int) -> None:
    """Send what is due in this conversation. No effect while another worker does; it looks again after it has freed the lock."""
    again = True
    while again:
        with try_session_lock("outbound", conversation_id) as mine:
            while mine and _send_next(conversation_id):
                pass
        again = mine and _due(_head(conversation_id).values_list("next_attempt_at", flat=True))


def _head(conversation_id: int):
    """The oldest waiting message, as a query. A later one never overtakes it."""
    return OutboundMessage.objects.filter(conversation_id=conversation_id, state__in=WAITING_STATES).order_by("id")[:1]


def _due(times) -> bool:
    return any(at is None or at <= timezone.now() for at in times)


def _send_next(conversation_id: int) -> bool:
    """Whether a message was dealt with, so that the next may follow."""
    row = next(iter(_head(conversation_id).select_related("conversation__identity", "conversation__account")), None)
    if row is None or not _due([row.next_attempt_at]):
        return False
    values = values_of(row.conversation.vault, _words(row))
    if _claim(row, values):
        account = row.conversation.account
        _record(row, CHANNELS[account.kind].send(account, row, values))
    return True


def _words(row: OutboundMessage) -> list[str]:
    return [row.text, *(str(row.payload.get(name) or "") for name in ("head", "tail"))]


def _growth(row: OutboundMessage, values: Mapping[str, str]) -> int:
    """Bytes by which the words are longer when they leave than as they are stored."""
    found = [match[0] for text in _words(row) for match in PLACEHOLDER.finditer(text)]
    return sum(max(0, len(values.get(each, each).encode()) - len(each.encode())) for each in found)


def _claim(row: OutboundMessage, values: Mapping[str, str]) -> bool:
    """Mark SENDING with its parts stored, before anything leaves. False when it has been settled without sending."""
    unclear = row.state in (OutboundState.SENDING, OutboundState.UNKNOWN) or bool(row.payload.get("unclear"))
    refusal = None if unclear else _refusal(row, values)
    with transaction.atomic(durable=True):
        if refusal is not None:
            _fail_in_tx(row, refusal)
            return False
        row.payload = row.payload | ({"unclear": True} if unclear else {})
        row.state, row.attempts = OutboundState.SENDING, row.attempts + 1
        claimed = OutboundMessage.objects.filter(pk=row.pk, state__in=WAITING_STATES)
        return bool(claimed.update(state=row.state, attempts=row.attempts, payload=row.payload))


def _refusal(row: OutboundMessage, values: Mapping[str, str]) -> Failed | None:
    """Why this message must not leave now; None, with its parts worked out, when it may."""
    answered_by_bot = row.author == Author.BOT and row.user_id is None
    if answered_by_bot and row.conversation.holder == Holder.PERSON:
        return Failed("person_came_first", str(PERSON_CAME_FIRST), offer=False)
    if not row.conversation.account.enabled:
        return Failed("account_disabled", str(_("The channel account is disabled.")))
    if "parts" in row.payload:
        return None
    channel = CHANNELS[row.conversation.account.kind]
    try:
        parts = list(channel.parts(row, _budget(row, channel.messages_per_turn, _growth(row, values))))
        # Stored before the first leaves: news of its failure may come before our own record of the sending.
        row.payload = row.payload | {"parts": parts, "external_ids": [part["id"] for part in parts]}
    except ScrmError as error:
        return Failed(str(getattr(error, "errcode", error.code)), str(error), offer=not row.event_code)
    return None


def _budget(row: OutboundMessage, per_turn: int | None, growth: int) -> Budget:
    """Messages sent to this customer since they last wrote are counted by parts; an event's code does not use the budget."""
    said = Message.objects.filter(conversation__identity=row.conversation.identity_id)
    latest = said.filter(author=Author.CUSTOMER).order_by("-id").values("id", "sent_at").first()
    if latest is None:
        return Budget(0, None, growth)
    sent = OutboundMessage.objects.filter(conversation__identity=row.conversation.identity_id, message_id__gt=latest["id"], event_code="")
    used = sum(len(payload.get("parts", [])) or 1 for payload in sent.values_list("payload", flat=True))
    seconds = (timezone.now() - latest["sent_at"]).total_seconds()
    return Budget((per_turn - used) if per_turn is not None else BATCH, seconds, growth)


def _record(row: OutboundMessage, outcome: Outcome) -> None:
    """Write down what became of an attempt."""
    with transaction.atomic(durable=True):
        match outcome:
            case Sent():
                _sent_in_tx(row)
            case Retry(after_s, code, error) if row.attempts < MAX_ATTEMPTS:
                _again_in_tx(row, OutboundState.RETRY, after_s, code, error)
            case Unclear(after_s, error) if row.attempts < MAX_ATTEMPTS:
                row.payload = row.payload | {"unclear": True}
                _again_in_tx(row, OutboundState.UNKNOWN, after_s, "unknown", error)
            case Retry(error=error) | Unclear(error=error):
                cause = str(GIVEN_UP) % {"attempts": row.attempts, "cause": error}
                _fail_in_tx(row, Failed("given_up", cause, offer=not row.event_code))
            case Failed():
                _fail_in_tx(row, outcome)


def _sent_in_tx(row: OutboundMessage) -> None:
    """The thread shows what was sent, as one message however many parts it took. A failure reported meanwhile stands."""
    now = timezone.now()
    message = Message.objects.create(
        account_id=row.conversation.account_id,
        conversation=row.conversation,
        external_id=row.payload["external_ids"][0],
        author=row.author,
        user_id=row.user_id,
        kind=row.kind,
        text=row.text,
        payload={key: value for key, value in row.payload.items() if key in ("items", "head", "tail")},
        sent_at=now,
    )
    sending = OutboundMessage.objects.filter(pk=row.pk, state=OutboundState.SENDING)
    if not sending.update(state=OutboundState.SENT, message=message, sent_at=now, next_attempt_at=None, error_code="", error=""):
        message.delete()
        return
    Conversation.objects.filter(pk=row.conversation_id).update(last_message_at=now)


def _again_in_tx(row: OutboundMessage, state: OutboundState, after_s: float, code: str, error: str) -> None:
    OutboundMessage.objects.filter(pk=row.pk, state=OutboundState.SENDING).update(
        state=state, next_attempt_at=timezone.now() + timedelta(seconds=after_s), error_code=code, error=error, payload=row.payload
    )


def _fail_in_tx(row: OutboundMessage, failure: Failed) -> None:
    """FAILED with its cause; where a customer waits for an answer, a person is asked to look."""
    # The conversation first: whoever changes both locks them in this order.
    conversation = Conversation.objects.select_for_update(of=("self",)).get(pk=row.conversation_id)
    OutboundMessage.objects.filter(pk=row.pk, state__in=WAITING_STATES).update(
        state=OutboundState.FAILED, error_code=failure.code[:60], error=failure.error, next_attempt_at=None
    )
    if failure.offer and conversation.state == ConversationState.OPEN:
        offer_in_tx(conversation, str(NOT_SENT) % {"cause": failure.error})
