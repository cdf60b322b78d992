"""Events of sync_msg (wecom protocol notes b.3): what each changes."""

from collections.abc import Callable
from datetime import timedelta

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.channels.wecom_kf.errors import SEND_FAILURES
from conversations.channels.wecom_kf.inbound import InboundNotice
from conversations.choices import Author, ConversationState, Holder, OutboundState
from conversations.models import ChannelAccount, Conversation, Message, OutboundMessage
from conversations.services.handover import offer_in_tx
from conversations.services.outbox import outbound_queue_in_tx
from conversations.services.satisfaction import satisfaction_ask_in_tx

WELCOME_S = 20
SESSION_CHANGED = "session_status_change"
PICKED, TRANSFERRED, ENDED, PICKED_AGAIN = 1, 2, 3, 4
IN_WECOM_CLIENT = _("A servicer answers in the WeCom client.")
NOT_DELIVERED = _("WeCom could not deliver our message: %(cause)s")


def notice_apply_in_tx(*, account: ChannelAccount, notice: InboundNotice, conversation: Conversation | None) -> None:
    """Apply one event. `conversation`: the customer's open one, locked; events of other types or without it change nothing."""
    handler = HANDLERS.get(notice.event_type)
    if handler and conversation is not None:
        handler(account, notice, conversation)


def _welcome(account: ChannelAccount, notice: InboundNotice, conversation: Conversation) -> None:
    """Greet once per welcome_code, while it still works."""
    code = notice.text("welcome_code")
    fresh = notice.send_time > (timezone.now() - timedelta(seconds=WELCOME_S)).timestamp()
    if code and fresh and account.welcome_text.strip():
        outbound_queue_in_tx(
            conversation=conversation,
            key=f"welcome:{account.pk}:{code}"[:120],
            text=account.welcome_text,
            author=Author.BOT,
            event_code=code[:200],
        )


def _send_failed(account: ChannelAccount, notice: InboundNotice, conversation: Conversation) -> None:
    """A message that send_msg had accepted did not arrive after all."""
    cause = str(SEND_FAILURES.get(notice.number("fail_type"), SEND_FAILURES[0]))
    rows = OutboundMessage.objects.filter(
        conversation__identity=conversation.identity_id, payload__external_ids__contains=[notice.text("fail_msgid")]
    ).exclude(state=OutboundState.FAILED)
    failed = rows.update(state=OutboundState.FAILED, error_code=f"fail_type_{notice.number('fail_type')}", error=cause)
    if failed:
        offer_in_tx(conversation, str(NOT_DELIVERED) % {"cause": cause})


def _session_changed(account: ChannelAccount, notice: InboundNotice, conversation: Conversation) -> None:
    """Servicers in the WeCom client pick up, pass on and end sessions. An agent who holds it at our desk keeps it."""
    change = notice.number("change_type")
    if conversation.assignee_id is not None:
        return
    if change in (PICKED, TRANSFERRED, PICKED_AGAIN):
        conversation.holder, conversation.handover_reason = Holder.PERSON, str(IN_WECOM_CLIENT)
        conversation.save(update_fields=["holder", "handover_reason"])
    elif change == ENDED:
        latest = conversation.messages.filter(author=Author.CUSTOMER).aggregate(latest=Max("id"))["latest"] or 0
        asked_for_person = conversation.holder == Holder.WAITING
        conversation.holder, conversation.handover_reason = Holder.BOT, ""
        conversation.answered_up_to = max(conversation.answered_up_to, latest)
        conversation.state, conversation.closed_at = ConversationState.CLOSED, timezone.now()
        conversation.save(update_fields=["holder", "handover_reason", "answered_up_to", "state", "closed_at"])
        code = notice.text("msg_code") if notice.send_time > (timezone.now() - timedelta(seconds=WELCOME_S)).timestamp() else ""
        if code and not asked_for_person:  # only by its code: WeCom takes no other message once a servicer has ended the session
            conversation.account = account
            satisfaction_ask_in_tx(conversation, event_code=code)


def _recalled(account: ChannelAccount, notice: InboundNotice, conversation: Conversation) -> None:
    Message.objects.filter(account=account, external_id=notice.text("recall_msgid")).update(recalled_at=timezone.now())


HANDLERS: dict[str, Callable[[ChannelAccount, InboundNotice, Conversation], None]] = {
    "enter_session": _welcome,
    "msg_send_fail": _send_failed,
    SESSION_CHANGED: _session_changed,
    "user_recall_msg": _recalled,
    "servicer_recall_msg": _recalled,
}
