"""Asking a customer once, after the end of a conversation, whether they were content; and taking what they say to it."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from conversations.channels.registry import CHANNELS
from conversations.channels.wecom_kf.inbound import InboundMessage
from conversations.choices import Author, ConversationState, Holder, ReviewState, TurnState
from conversations.models import ChannelAccount, Conversation, Message, OutboundMessage, ReviewTask, Satisfaction
from conversations.models.outbound import WAITING_STATES
from conversations.rating_words import click_of, is_comment, menu_of, typed_rating
from conversations.services.outbox import outbound_queue_in_tx
from conversations.types import Verdict

# WeCom lets us write for 48 hours; a question that would leave in the last minutes may come too late.
ASKABLE = timedelta(hours=47)
RATABLE = timedelta(hours=48)
TYPED = timedelta(hours=24)
COMMENTED = timedelta(minutes=10)


@dataclass(frozen=True)
class Said:
    """A message that belongs to a survey and not to the bot. `score` None: a comment, or a tap that came too late (`late`)."""

    survey: Satisfaction
    score: int | None = None
    comment: str = ""
    late: bool = False


def satisfaction_ask_in_tx(conversation: Conversation, *, event_code: str = "") -> Satisfaction | None:
    """Ask about a conversation that has just ended, locked. None when the account does not ask, or this customer is not to be asked now.

    `event_code`: the code of an ended session, which needs no budget.
    """
    account = conversation.account
    if not account.asks_satisfaction or not _may_ask(conversation) or not (event_code or _has_room(conversation)):
        return None
    served_by, agent_id = _served_by(conversation)
    if served_by is None:
        return None
    survey, made = Satisfaction.objects.get_or_create(
        conversation=conversation, defaults={"scale": account.satisfaction_scale, "served_by": served_by, "agent_id": agent_id}
    )
    if made:
        outbound_queue_in_tx(
            conversation=conversation, key=f"csat:{survey.pk}", author=Author.SYSTEM, kind="msgmenu",
            text=account.satisfaction_text or settings.SATISFACTION_TEXT, payload=menu_of(survey.pk, survey.scale), event_code=event_code[:200],
        )  # fmt: skip
    return survey if made else None


def _may_ask(conversation: Conversation) -> bool:
    """Not while a person is still asked for, nor an answer in review or on its way, nor soon after the last time."""
    if conversation.holder == Holder.WAITING or ReviewTask.objects.filter(turn__conversation=conversation, state=ReviewState.OPEN).exists():
        return False
    since = timezone.now() - timedelta(hours=settings.SATISFACTION_EVERY_H)
    asked = Q(conversation=conversation) | Q(conversation__identity=conversation.identity_id, asked_at__gt=since)
    return not Satisfaction.objects.filter(asked).exists()


def _has_room(conversation: Conversation) -> bool:
    """Whether the channel lets one more message through: by time, and by count of what was or will be sent since the customer wrote."""
    customer = Message.objects.filter(conversation__identity=conversation.identity_id, author=Author.CUSTOMER)
    latest = customer.order_by("-id").values("id", "sent_at").first()
    if latest is None or latest["sent_at"] < timezone.now() - ASKABLE:
        return False
    most = CHANNELS[conversation.account.kind].messages_per_turn
    ours = OutboundMessage.objects.filter(conversation__identity=conversation.identity_id, event_code="")
    since = ours.filter(Q(message_id__gt=latest["id"]) | Q(state__in=WAITING_STATES)).values_list("payload", flat=True)
    return most is None or sum(len(payload.get("parts", [])) or 1 for payload in since) < most


def _served_by(conversation: Conversation) -> tuple[str | None, int | None]:
    """Who is rated: the person who wrote last, else the bot if it answered anything; nobody when nothing was answered."""
    person = conversation.messages.filter(author=Author.AGENT).order_by("-id").values_list("user_id", flat=True)[:1]
    if person:
        return Author.AGENT, person[0]
    answered = conversation.turns.filter(state=TurnState.ANSWERED, verdict=Verdict.SUPPORTED).exists()
    return (Author.BOT if answered else None), None


def surveys_heard_in_tx(account: ChannelAccount, rows: list[InboundMessage]) -> dict[str, Said]:
    """Which of these messages are words on a survey, by msgid. No query for an account that does not ask and rows without such taps."""
    rows = [row for row in rows if row.msgtype == "text" and not row.by_servicer]
    if not account.asks_satisfaction and not any(click_of(row.menu_id) for row in rows):
        return {}
    surveys = _surveys_in_tx(account, {row.external_userid for row in rows})
    speaking = _in_conversation(account, surveys)
    heard: dict[str, Said] = {}
    for row in rows:
        said = _said(row, surveys.get(row.external_userid, []), talking=row.external_userid in speaking)
        if said is None:
            speaking.add(row.external_userid)  # what comes behind another message belongs to that
        else:
            heard[row.msgid] = said
            _note(said)
    return heard


def survey_answer_in_tx(said: Said, text: str) -> None:
    """Keep the score and the comment, masked as `text`, and thank: once for a score, once for a comment."""
    survey, changes = said.survey, {}
    if said.score is not None:
        changes = {"score": said.score, "rated_at": timezone.now()}
    if said.comment:
        changes["comment"] = _comment(said, text)
    if changes:
        Satisfaction.objects.filter(pk=survey.pk).update(**changes)
    thanks = _thanks(said)
    if thanks:
        outbound_queue_in_tx(conversation=survey.conversation, key=f"csat_{thanks[0]}:{survey.pk}", author=Author.SYSTEM, text=thanks[1])


def _comment(said: Said, masked: str) -> str:
    """Of the masked message, what stands behind the score, or all of it."""
    if said.score is None:
        return masked.strip()
    rating = typed_rating(masked, said.survey.scale)
    return rating.comment if rating else ""


def _surveys_in_tx(account: ChannelAccount, customers: set[str]) -> dict[str, list[Satisfaction]]:
    """Surveys of the last days by the customer's external id, newest first, locked."""
    rows = Satisfaction.objects.select_for_update(of=("self",)).select_related("conversation__identity", "conversation__account")
    rows = rows.filter(
        conversation__account=account, conversation__identity__external_id__in=customers, asked_at__gt=timezone.now() - 15 * RATABLE
    )
    found: dict[str, list[Satisfaction]] = {}
    for row in rows.order_by("-pk"):
        found.setdefault(row.conversation.identity.external_id, []).append(row)
    return found


def _in_conversation(account: ChannelAccount, surveys: dict[str, list[Satisfaction]]) -> set[str]:
    """Of those who were asked, who has begun another conversation since: what they type belongs there."""
    if not surveys:
        return set()
    rows = Conversation.objects.filter(account=account, identity__external_id__in=surveys, state=ConversationState.OPEN)
    return set(rows.values_list("identity__external_id", flat=True))


def _said(row: InboundMessage, surveys: list[Satisfaction], *, talking: bool) -> Said | None:
    click = click_of(row.menu_id)
    if click is not None:
        survey = next((each for each in surveys if each.pk == click.survey_id), None)
        if survey is None:
            return None
        late = survey.asked_at < timezone.now() - RATABLE or click.score > survey.scale
        return Said(survey, late=True) if late else Said(survey, click.score)
    if talking or row.menu_id or not surveys:
        return None
    return _typed(row.text, surveys[0])


def _typed(text: str, survey: Satisfaction) -> Said | None:
    now = timezone.now()
    if survey.score is None:
        rating = typed_rating(text, survey.scale) if survey.asked_at > now - TYPED else None
        return Said(survey, rating.score, rating.comment) if rating else None
    if survey.comment or survey.rated_at < now - COMMENTED or not is_comment(text):
        return None
    return Said(survey, comment=text.strip())


def _note(said: Said) -> None:
    """For the next message of the same page; the row itself is written with it."""
    if said.score is not None:
        said.survey.score, said.survey.rated_at = said.score, timezone.now()
    said.survey.comment = said.survey.comment or said.comment


def _thanks(said: Said) -> tuple[str, str] | None:
    """(what for, words); the outbox sends each once."""
    if said.late:
        return "late", settings.FEEDBACK_STALE
    if said.score is None:
        return "comment", settings.SATISFACTION_COMMENT_THANKS
    low = not said.survey.is_content and not said.survey.comment
    return "thanks", settings.SATISFACTION_SORRY if low else settings.SATISFACTION_THANKS
