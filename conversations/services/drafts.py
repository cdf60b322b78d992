"""A draft of the next reply (起草): what the bot would tell the customer, for a person to change and send.

The documents are those that the customer's bot may quote, never those for staff: the words are meant to go out.
"""

import re
from collections.abc import Sequence

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.bot.batch import answer_all
from conversations.bot.generative import overheard
from conversations.bot.payload import citation_payload
from conversations.bot.places import prompt_used
from conversations.bot.wordings import wordings_held
from conversations.choices import Author, ConversationState, QuestionState
from conversations.models import Conversation, Message, ReplyDraft
from conversations.services.handover import ANSWER
from conversations.services.writing import written_into
from conversations.turn_selectors import recent_exchanges
from conversations.types import BotState, Outcome
from knowledge.types import Scope
from scrm.access import policy
from scrm.ai import chat
from scrm.ai.selectors import active_release_or_none, releases_held
from scrm.audit.services import audit_record
from scrm.core.attempts import attempted
from scrm.core.errors import Conflict, Invalid
from scrm.core.querysets import claim, free
from scrm.core.tasks import send_after_commit

MOST = 4  # of the customer's last messages
LEASE_S = 60
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
    return list(ReplyDraft.objects.filter(free()).order_by("pk").values_list("pk", flat=True)[:50])


def draft_run(*, draft_id: int) -> None:
    """Write one draft; no effect when it is gone, done or another worker's."""
    row = _claimed(draft_id)
    if row is None:
        return
    result, why = attempted(lambda: _result(row), what=f"draft {row.pk}")
    if why is None:
        _end(row, QuestionState.DONE, result=result)
    else:
        _end(row, QuestionState.FAILED, error=why)


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


def _claimed(draft_id: int) -> ReplyDraft | None:
    taken = claim(ReplyDraft.objects.filter(pk=draft_id), seconds=LEASE_S)
    return ReplyDraft.objects.select_related("conversation__account", "asked_by").get(pk=draft_id) if taken else None


def _result(row: ReplyDraft) -> dict:
    conversation = row.conversation
    scope = Scope(tuple(conversation.account.bases.values_list("pk", flat=True)))
    history = recent_exchanges(conversation)
    rows = ReplyDraft.objects.filter(pk=row.pk, state=QuestionState.RUNNING)
    with releases_held(), wordings_held(), overheard(written_into(rows)), chat.within(settings.CHAT_TIMEOUT_S):
        states = answer_all(row.question.split("\n"), scope, history, channel=conversation.account.kind)
        return _told(tuple(states)) | {"prompt": prompt_used(one.writer for one in states)}


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
