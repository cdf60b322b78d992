"""How a turn ends, in the caller's transaction, with the conversation locked."""

from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.bot import choosers
from conversations.bot.payload import timings, trace_payload
from conversations.bot.places import prompt_used
from conversations.bot.sources import with_sources
from conversations.channels.wecom_kf.text import plain, split
from conversations.choices import TurnState
from conversations.models import Citation, Conversation, OutboundMessage, Turn
from conversations.services.handover import REASON_LENGTH, offer_in_tx
from conversations.services.outbox import outbound_queue_in_tx
from conversations.services.replies import ASKED_FOR_PERSON, MEDIA, UNSOLVED, Click, Reply, asks_for_rating, customer_text
from conversations.services.reviews import review_open_in_tx
from conversations.signals import answer_rated
from conversations.types import BotState, Outcome, Verdict
from knowledge.services.usage import documents_used
from scrm.ai.selectors import active_release_or_none
from scrm.audit.services import audit_record

MOST_SENDS = 5  # to one customer message (wecom protocol notes b.4)
RATABLE = timedelta(hours=48)
# The first of these that a turn has is its state.
_STATES = (
    (Outcome.HAND_OVER, TurnState.HANDED_OVER),
    (Outcome.REVIEW, TurnState.IN_REVIEW),
    (Outcome.REFUSE, TurnState.REFUSED),
    (Outcome.ANSWER, TurnState.ANSWERED),
)


def write_in_tx(conversation: Conversation, turn: Turn, reply: Reply) -> None:
    """Store the outcome, queue the words, review or offer, and count the messages as answered."""
    known = tuple(click for click in reply.clicks if _is_ratable(conversation, click))
    stale = [settings.FEEDBACK_STALE] if len(known) < len(reply.clicks) else []
    reply = replace(reply, clicks=known)
    _record(turn, reply)
    if all(state.verdict == Verdict.SMALLTALK for state in reply.states):
        choosers.drop_in_tx()
    texts = [customer_text(state) for state in reply.states] + _clicks_in_tx(conversation, known) + stale + _closing(reply)
    _say_in_tx(conversation, turn, list(dict.fromkeys(texts)), rating=asks_for_rating(reply))
    if risky := reply.having(Outcome.REVIEW):
        topics = dict.fromkeys(topic for state in risky for topic in state.risk_topics)
        draft = "\n\n".join(with_sources(state.answer, state.quotes) for state in risky)
        review_open_in_tx(turn=turn, topics=list(topics), draft=draft)
    if why := _why_person(reply):
        offer_in_tx(conversation, why)
    advance_in_tx(conversation, turn.trigger_id)
    audit_record(actor=None, action=f"turn.{turn.state}", subject=turn, detail={"conversation": conversation.pk} | _provenance(turn, reply))


def failed_in_tx(conversation: Conversation, turn: Turn, cause: str) -> None:
    """Give up: the customer reads a polite sentence, a person sees the cause."""
    turn.state, turn.reason, turn.ended_at, turn.lease_until = TurnState.FAILED, cause[:300], timezone.now(), None
    turn.save(update_fields=["state", "reason", "ended_at", "lease_until"])
    _say_in_tx(conversation, turn, [settings.TROUBLE_TEXT], rating=False)
    offer_in_tx(conversation, (_("The bot failed over this message: %(cause)s") % {"cause": cause})[:REASON_LENGTH])
    advance_in_tx(conversation, turn.trigger_id)
    audit_record(actor=None, action="turn.failed", subject=turn, detail={"conversation": conversation.pk})


def superseded_in_tx(turn: Turn | None, reply: Reply | None = None) -> None:
    """A person holds the conversation: the work is kept to be read, and nothing is said."""
    if turn is None:
        return
    _fill(turn, reply or Reply())
    turn.state, turn.ended_at, turn.lease_until = TurnState.SUPERSEDED, timezone.now(), None
    turn.save()


def advance_in_tx(conversation: Conversation, message_id: int) -> None:
    conversation.answered_up_to = max(conversation.answered_up_to, message_id)
    conversation.save(update_fields=["answered_up_to"])


def _record(turn: Turn, reply: Reply) -> None:
    _fill(turn, reply)
    turn.state = _state_of(reply)
    turn.ended_at, turn.lease_until = timezone.now(), None
    turn.save()
    cited = Citation.objects.bulk_create(_citations(turn, reply))
    used = {citation.document_id for citation in cited}
    transaction.on_commit(lambda: documents_used(used), robust=True)


def _fill(turn: Turn, reply: Reply) -> None:
    """Masked texts only."""
    states = reply.states
    turn.question = "\n".join(state.masked for state in states)
    turn.answer = "\n\n".join(state.answer for state in states)
    turn.trace = [entry for state in states for entry in trace_payload(state)]
    turn.timings_ms = _summed(states)
    turn.writer = ", ".join(dict.fromkeys(state.writer for state in states if state.writer))[:120]
    turn.verdict = next((str(state.verdict) for state in states if state.outcome == _worst(states)), "")
    release = active_release_or_none()
    turn.release_id = release.pk if release else None
    turn.reason = next((str(state.reason) for state in states if state.reason), reply.offer)[:300]


def _provenance(turn: Turn, reply: Reply) -> dict:
    """What the answer came from, for the audit log; the masked texts themselves are in the turn, which can be erased."""
    quotes = [quote for state in reply.states for quote in state.quotes]
    return {
        "verdict": turn.verdict,
        "writer": turn.writer,
        "endpoints": sorted({state.endpoint for state in reply.states if state.endpoint}),
        "prompt": prompt_used(state.writer for state in reply.states),
        "release": turn.release_id,
        "versions": sorted({quote.hit.version_id for quote in quotes}),
        "stamps": sorted({stamp for state in reply.states for stamp in state.stamps}),
    }


def _worst(states: tuple[BotState, ...]) -> str:
    outcomes = {state.outcome for state in states}
    return next((outcome for outcome, _state in _STATES if outcome in outcomes), "")


def _state_of(reply: Reply) -> TurnState:
    if reply.offer or any(not click.solved for click in reply.clicks):
        return TurnState.HANDED_OVER
    return dict(_STATES).get(_worst(reply.states), TurnState.ANSWERED)


def _summed(states: tuple[BotState, ...]) -> dict[str, float]:
    total: dict[str, float] = {}
    for state in states:
        for step, ms in timings(state).items():
            total[step] = round(total.get(step, 0.0) + ms, 1)
    return total


def _citations(turn: Turn, reply: Reply) -> list[Citation]:
    """Numbered on through the answers of the turn; within one answer as its [n]."""
    quotes = [quote for state in reply.states for quote in state.quotes]
    return [
        Citation(
            turn=turn,
            number=number,
            document_id=quote.hit.document_id,
            version_id=quote.hit.version_id,
            chunk_id=quote.hit.chunk_id,
            title=quote.hit.title[:400],
            heading=" > ".join(quote.hit.heading_path)[:600],
            page=quote.hit.page,
            quote=quote.text,
            start=quote.start,
            end=quote.end,
        )
        for number, quote in enumerate(quotes, 1)
    ]


def _is_ratable(conversation: Conversation, click: Click) -> bool:
    """A recent answer to this customer. Old menus stay in the chat and can still be tapped."""
    since = timezone.now() - RATABLE
    return Turn.objects.filter(pk=click.turn_id, conversation__identity=conversation.identity_id, created_at__gt=since).exists()


def _clicks_in_tx(conversation: Conversation, clicks: tuple[Click, ...]) -> list[str]:
    """Announce the ratings; the words for each."""
    words = []
    for click in clicks:
        _announce(click, conversation.identity_id)
        words += _thanks_in_tx(conversation, click)
    return words


def _announce(click: Click, identity_id: int) -> None:
    author = f"identity:{identity_id}"
    transaction.on_commit(lambda: answer_rated.send(sender=Turn, turn_id=click.turn_id, author=author, solved=click.solved))


def _thanks_in_tx(conversation: Conversation, click: Click) -> list[str]:
    """Thanks once an answer; 未解决 brings a person each time."""
    if not click.solved:
        return [settings.FEEDBACK_SORRY]
    key = f"thanks:{click.turn_id}"
    if OutboundMessage.objects.filter(idempotency_key=key).exists():
        return [settings.FEEDBACK_STALE]
    outbound_queue_in_tx(conversation=conversation, key=key, text=settings.FEEDBACK_THANKS)
    return []


def _closing(reply: Reply) -> list[str]:
    if reply.offer == ASKED_FOR_PERSON:
        return [settings.HANDOVER_TEXT]
    return [settings.MEDIA_TEXT] if reply.offer == MEDIA else []


def _why_person(reply: Reply) -> str:
    """Why a person is needed, for colleagues; "" when none is."""
    if any(not click.solved for click in reply.clicks):
        return _WHY[UNSOLVED]()
    if reply.offer:
        return _WHY[reply.offer]()
    states = reply.having(Outcome.HAND_OVER) + reply.having(Outcome.REFUSE)
    if not states:
        return ""
    first = states[0]
    if first.reason == ASKED_FOR_PERSON:
        return _WHY[ASKED_FOR_PERSON]()
    if first.outcome == Outcome.REFUSE:
        return _WHY[first.verdict]()
    return _("The bot could not work: %(cause)s") % {"cause": first.reason}


_WHY = {
    ASKED_FOR_PERSON: lambda: _("The customer asked for a person."),
    MEDIA: lambda: _("The customer sent something the bot cannot read."),
    UNSOLVED: lambda: _("The customer says the answer did not help."),
    Verdict.NOT_FOUND: lambda: _("The knowledge does not answer this."),
    Verdict.UNSUPPORTED: lambda: _("The documents do not support the answer."),
    Verdict.RISKY: lambda: _("The bot may not answer on this topic."),
}


def _say_in_tx(conversation: Conversation, turn: Turn, texts: list[str], *, rating: bool) -> None:
    """Queue the texts under keys turn:<id>:<n>, within the channel's budget, and the rating menu when there is room for it."""
    pieces = sum(len(split(plain(text))) for text in texts)
    if pieces > MOST_SENDS - 1 and len(texts) > 1:
        texts = ["\n\n".join(texts)]
        pieces = len(split(plain(texts[0])))
    for number, text in enumerate(texts):
        outbound_queue_in_tx(conversation=conversation, key=f"turn:{turn.pk}:{number}", text=text, turn=turn)
    if rating and pieces < MOST_SENDS:
        outbound_queue_in_tx(
            conversation=conversation,
            key=f"turn:{turn.pk}:{len(texts)}",
            text=settings.FEEDBACK_HEAD,
            turn=turn,
            kind="msgmenu",
            payload=_menu(turn.pk),
        )


def _menu(turn_id: int) -> dict:
    return {
        "items": [
            {"id": f"fb_{turn_id}_1", "label": settings.FEEDBACK_SOLVED},
            {"id": f"fb_{turn_id}_0", "label": settings.FEEDBACK_UNSOLVED},
            {"id": f"human_{turn_id}", "label": settings.FEEDBACK_HUMAN},
        ]
    }
