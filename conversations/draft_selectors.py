"""Drafts of replies as pages show them."""

from datetime import timedelta

from django.utils import timezone

from conversations.choices import QuestionState
from conversations.models import Conversation, ReplyDraft

PATIENCE = timedelta(seconds=8)
GOING = (QuestionState.QUEUED, QuestionState.RUNNING)


def draft_of(user, pk: int) -> ReplyDraft | None:
    """The draft that this person asked for."""
    return ReplyDraft.objects.select_related("conversation").filter(pk=pk, asked_by=user).first()


def draft_context(made: ReplyDraft) -> dict:
    going = made.state in GOING
    return {"draft": made, "result": made.result, "going": going, "late": going and timezone.now() - made.created_at > PATIENCE}


def draft_asked_for(user, conversation: Conversation, number: str) -> dict:
    """Context of the draft that an address names, of a page without JavaScript; nothing for a number that is none of theirs."""
    made = draft_of(user, int(number)) if number.isdecimal() and len(number) < 19 else None
    return draft_context(made) if made and made.conversation_id == conversation.pk else {}
