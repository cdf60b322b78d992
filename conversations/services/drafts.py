"""A draft of the next reply (起草): what the bot would tell the customer, for a person to change and send.

The documents are those that the customer's bot may quote, never those for staff: the words are meant to go out.
"""

import logging
import re
import time
from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.bot.batch import answer_all
from conversations.bot.generative import overheard
from conversations.bot.payload import citation_payload
from conversations.bot.places import NO_PROMPT, prompt_version
from conversations.bot.wordings import wordings_held
from conversations.choices import Author, ConversationState, QuestionState
from conversations.models import Conversation, Message, ReplyDraft
from conversations.services.handover import ANSWER
from conversations.turn_selectors import recent_exchanges
from conversations.types import BotState, Outcome
from knowledge.types import Hit, Scope
from scrm.access import policy
from scrm.ai import chat
from scrm.ai.selectors import active_release_or_none, releases_held
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid, ScrmError
from scrm.core.querysets import lease_until
from scrm.core.tasks import send_after_commit

log = logging.getLogger(__name__)

MOST = 4  # of the customer's last messages
LEASE_S = 60
TOLD_EVERY_S = 0.3
UNEXPECTED = _("An unexpected error; administrators find its cause in the worker's log.")
_MARKS = re.compile(r"\s?\[\d+\]")  # an agent's words carry no source numbers


def draft_ask(*, actor, conversation: Conversation) -> ReplyDraft:
    """Queue a draft of an answer to what the customer said last.

    Raises NotAllowed without the right on the account, Conflict when the conversation is closed, Invalid when nothing was asked in words.
    """
    policy.require(actor, ANSWER, conversation.account)
    if conversation.state != ConversationState.OPEN:
        raise Conflict(_("This conversation is closed."))
    asked = _waiting(conversation)
    if not asked:
        raise Invalid(_("The customer has not written anything that can be answered in words."))
    with transaction.atomic(durable=True):
        row = ReplyDraft.objects.create(conversation=conversation, asked_by=actor, question="\n".join(asked))
        send_after_commit("conversations.draft_run", row.pk)
    return row


def drafts_waiting() -> list[int]:
    """Ids that no worker is at."""
    return list(ReplyDraft.objects.filter(_free()).order_by("pk").values_list("pk", flat=True)[:50])


def draft_run(*, draft_id: int) -> None:
    """Write one draft; no effect when it is gone, done or another worker's."""
    row = _claimed(draft_id)
    if row is None:
        return
    try:
        result = _result(row)
    except ScrmError as error:
        _end(row, QuestionState.FAILED, error=str(error))
    except Exception:  # outermost boundary of a draft: whoever waits for it must not wait for ever
        log.exception("draft %s failed", draft_id)
        _end(row, QuestionState.FAILED, error=str(UNEXPECTED))
    else:
        _end(row, QuestionState.DONE, result=result)


def draft_sent_in_tx(*, actor, conversation: Conversation, draft_id: int, masked: str) -> None:
    """Note what became of the actor's own draft; no effect for another's, or one that was used before."""
    mine = ReplyDraft.objects.filter(pk=draft_id, conversation=conversation, asked_by=actor, state=QuestionState.DONE, sent="")
    mine.update(sent=masked)


def _waiting(conversation: Conversation) -> list[str]:
    """The customer's words after the last thing said to them, else their last ones."""
    said = conversation.messages.filter(recalled_at=None, kind="text")
    answered = conversation.messages.exclude(author__in=(Author.CUSTOMER, Author.SYSTEM)).aggregate(last=Max("pk"))["last"] or 0
    asked = said.filter(author=Author.CUSTOMER).order_by("-pk")
    rows: Sequence[Message] = list(asked.filter(pk__gt=answered)[:MOST]) or list(asked[:1])
    return list(dict.fromkeys(row.text.strip() for row in reversed(rows) if row.text.strip()))


def _free() -> Q:
    return Q(state=QuestionState.QUEUED) | Q(state=QuestionState.RUNNING, lease_until__lt=timezone.now())


def _claimed(draft_id: int) -> ReplyDraft | None:
    taken = ReplyDraft.objects.filter(_free(), pk=draft_id).update(state=QuestionState.RUNNING, lease_until=lease_until(LEASE_S))
    return ReplyDraft.objects.select_related("conversation__account", "asked_by").get(pk=draft_id) if taken else None


def _result(row: ReplyDraft) -> dict:
    conversation = row.conversation
    scope = Scope(tuple(conversation.account.bases.values_list("pk", flat=True)))
    history = recent_exchanges(conversation)
    rows = ReplyDraft.objects.filter(pk=row.pk, state=QuestionState.RUNNING)
    with releases_held(), wordings_held(), overheard(written_into(rows)), chat.within(settings.CHAT_TIMEOUT_S):
        states = answer_all(row.question.split("\n"), scope, history, channel=conversation.account.kind)
        return _told(tuple(states)) | {"prompt": prompt_version() if any(one.writer not in NO_PROMPT for one in states) else ""}


def _told(states: tuple[BotState, ...]) -> dict:
    """Answers, and what a reviewer would have been shown; nothing in place of a refusal."""
    usable = [state for state in states if state.outcome in (Outcome.ANSWER, Outcome.REVIEW)]
    refused = [state for state in states if state not in usable]
    return {
        "text": "\n".join(_MARKS.sub("", state.answer) for state in usable),
        "refused": bool(refused),
        "reason": next((str(state.reason) for state in refused), ""),
        "writer": next((state.writer for state in usable), ""),
        "endpoints": sorted({state.endpoint for state in states if state.endpoint}),
        "topics": sorted({topic for state in usable for topic in state.risk_topics}),
        "citations": [citation_payload(quote) for state in usable for quote in state.quotes],
    }


def written_into(rows: QuerySet) -> Callable[[str, Sequence[Hit]], None]:
    """A listener that keeps what an endpoint has written so far with its passages. Unchecked: the end replaces it."""
    told_at = 0.0

    def tell(text: str, hits: Sequence[Hit]) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < TOLD_EVERY_S:
            return
        told_at = time.monotonic()
        rows.update(result={"written": text, "hits": [{"document_id": hit.document_id, "title": hit.title} for hit in hits]})

    return tell


def _end(row: ReplyDraft, state: QuestionState, **changes) -> None:
    """A no-op when the lease went to another worker that has ended it already."""
    facts = {"state": state, "done_at": timezone.now(), "lease_until": None} | changes
    with transaction.atomic(durable=True):
        if ReplyDraft.objects.filter(pk=row.pk, state=QuestionState.RUNNING).update(**facts):
            audit_record(actor=row.asked_by, action="conversation.draft", subject=row.conversation, detail=_provenance(row, changes))


def _provenance(row: ReplyDraft, changes: dict) -> dict:
    result, release = changes.get("result") or {}, active_release_or_none()
    return {
        "draft": row.pk, "refused": result.get("refused", True), "writer": result.get("writer", ""), "endpoints": result.get("endpoints", []), "prompt": result.get("prompt", ""),
        "release": release.pk if release else None, "versions": sorted({each["version_id"] for each in result.get("citations", [])}),
    }  # fmt: skip
