"""One turn of the bot: claim all unanswered messages, work without a transaction, write the outcome once.

Exactly once: the claim and the end happen under the conversation's row lock; the end counts only for the attempt that holds the turn.
A worker holds a session lock while it works, which Postgres frees when the worker dies, so that another takes over at once;
`lease_until` says the same where session locks do not reach.
"""

import logging
from contextlib import nullcontext
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from conversations.bot.choosers import Asked, chosen
from conversations.bot.places import caching
from conversations.bot.trials import release_on_trial
from conversations.bot.wordings import wordings_held
from conversations.choices import ConversationState, Holder, TurnState
from conversations.models import Conversation, Message, Turn
from conversations.services import turn_ends
from conversations.services.bursts import is_early
from conversations.services.replies import Reply, work_out
from conversations.turn_selectors import recent_exchanges, unanswered_messages
from conversations.types import Exchange
from knowledge.types import Scope
from scrm.ai.chat import chat_configured
from scrm.ai.selectors import on_trial, releases_held, serving
from scrm.core.locks import try_session_lock
from scrm.core.querysets import lease_until
from scrm.core.tasks import send
from scrm.privacy.redact import redact

log = logging.getLogger(__name__)

WORK_S = 30
ANSWER_CACHE = "answer_cache"  # false in an account's config: every answer is worked out (benchmarks measure that)
MOST_FAILURES = 2  # a text that fails twice will fail again
MOST_ATTEMPTS = 8  # workers may be killed for reasons of their own, but not eight times in one turn


@dataclass(frozen=True)
class Claim:
    """A turn in our hands. `attempt` is our token: when the turn has moved on to another attempt, ours counts no more."""

    turn_id: int
    attempt: int
    conversation_id: int
    messages: tuple[Message, ...]
    scope: Scope
    history: tuple[Exchange, ...]
    channel: str
    uncached: bool = False

    def waited_s(self) -> float:
        """Seconds since the customer wrote the first of the messages."""
        return (timezone.now() - self.messages[0].created_at).total_seconds() if self.messages else 0.0


def turn_run(*, conversation_id: int) -> None:
    """Answer what a customer wrote. No effect when nothing waits, a person holds the conversation, or another worker is at it."""
    with try_session_lock("turn", conversation_id) as ours:
        if not ours:
            return  # that worker looks again when it is done
        claim = turn_claim(conversation_id=conversation_id)
        if claim is not None:
            with releases_held(), wordings_held(), serving(release_on_trial(conversation_id)):
                _work(claim)
    if claim is not None and _is_waiting(conversation_id):
        send("conversations.turn_run", conversation_id)


def turn_claim(*, conversation_id: int) -> Claim | None:
    """Take the conversation's live turn whose worker died, else make one of all unanswered messages. Call under the session lock."""
    with transaction.atomic(durable=True):
        conversation = Conversation.objects.select_for_update(of=("self",)).select_related("account").filter(pk=conversation_id).first()
        if conversation is None:
            return None
        live = Turn.objects.filter(conversation=conversation, state=TurnState.RUNNING).first()
        if not answers_itself(conversation):
            turn_ends.superseded_in_tx(live)
            return None
        if live is None and is_early(conversation):
            return None  # due soon: the clock of the workers sends us again
        waiting = list(unanswered_messages(conversation))
        turn = _taken_again_in_tx(conversation, live) if live else _made_in_tx(conversation, waiting)
        if turn is None:
            return None
        messages = [message for message in waiting if message.pk <= turn.trigger_id and message.recalled_at is None]
        scope = Scope(tuple(conversation.account.bases.values_list("pk", flat=True)))
        account = conversation.account
        uncached = account.config.get(ANSWER_CACHE) is False
        history = recent_exchanges(conversation)
        return Claim(turn.pk, turn.attempts, conversation.pk, tuple(messages), scope, history, account.kind, uncached)


def turn_end(*, claim: Claim, reply: Reply) -> bool:
    """Write the outcome, queue what is said, offer or review. False, and nothing said, when the turn is no longer ours."""
    with transaction.atomic(durable=True):
        conversation, turn = _ours_in_tx(claim)
        if turn is None:
            return False
        if not answers_itself(conversation):
            turn_ends.superseded_in_tx(turn, reply)
            return False
        turn_ends.write_in_tx(conversation, turn, reply)
        return True


def turn_fail(*, claim: Claim, cause: str) -> None:
    """Leave the turn for one more try; after MOST_FAILURES tell the customer politely and let a person see the cause."""
    with transaction.atomic(durable=True):
        conversation, turn = _ours_in_tx(claim)
        if turn is None:
            return
        if not answers_itself(conversation):
            turn_ends.superseded_in_tx(turn)
        elif turn.attempts >= MOST_FAILURES:
            turn_ends.failed_in_tx(conversation, turn, cause)
        else:
            Turn.objects.filter(pk=turn.pk).update(lease_until=timezone.now(), reason=cause[:300])


def answers_itself(conversation: Conversation) -> bool:
    """Whether the bot may speak here: until a person takes over, nobody is left without a word."""
    return conversation.state == ConversationState.OPEN and conversation.holder != Holder.PERSON


def _work(claim: Claim) -> None:
    """A conversation that a release on trial answers goes the usual way: two trials in one would tell nothing."""
    with nullcontext() if on_trial() else chosen(Asked(claim.turn_id, _said(claim), claim.scope, claim.history, claim.attempt > 1)):
        _work_out(claim)


def _said(claim: Claim) -> str:
    return "\n".join(message.text for message in claim.messages if message.kind == "text")


def _work_out(claim: Claim) -> None:
    try:
        with caching(False) if claim.uncached else nullcontext():
            reply = work_out(claim.messages, claim.scope, claim.history, channel=claim.channel, waited=claim.waited_s())
    except Exception as error:  # outermost boundary of a turn: a bug in a step must not leave a customer without a word
        log.exception("turn %s failed", claim.turn_id)
        turn_fail(claim=claim, cause=redact(f"{type(error).__name__}: {error}").text)
        return
    turn_end(claim=claim, reply=reply)


def _ours_in_tx(claim: Claim) -> tuple[Conversation | None, Turn | None]:
    conversation = Conversation.objects.select_for_update(of=("self",)).filter(pk=claim.conversation_id).first()
    turn = Turn.objects.select_for_update().filter(pk=claim.turn_id, state=TurnState.RUNNING, attempts=claim.attempt).first()
    return conversation, turn


def _taken_again_in_tx(conversation: Conversation, live: Turn) -> Turn | None:
    if live.attempts >= MOST_ATTEMPTS:
        turn_ends.failed_in_tx(conversation, live, _("The worker died %(times)s times over this turn.") % {"times": live.attempts})
        return None
    live.attempts += 1
    live.lease_until = lease_until(_lease_s())
    live.save(update_fields=["attempts", "lease_until"])
    return live


def _made_in_tx(conversation: Conversation, waiting: list[Message]) -> Turn | None:
    if not waiting:
        return None
    last = waiting[-1]
    if all(message.recalled_at for message in waiting):
        turn_ends.advance_in_tx(conversation, last.pk)
        return None
    return Turn.objects.create(conversation=conversation, trigger=last, lease_until=lease_until(_lease_s()))


def _lease_s() -> float:
    """Longer than a turn takes."""
    return WORK_S + (settings.CHAT_TIMEOUT_S if chat_configured() else 0)


def _is_waiting(conversation_id: int) -> bool:
    conversation = Conversation.objects.filter(pk=conversation_id).first()
    if conversation is None or is_early(conversation):
        return False
    return answers_itself(conversation) and unanswered_messages(conversation).exists()
