"""Where what a conversation teaches goes, and which reviews teach."""

from django.db.models import F, Q

from conversations.choices import ReviewState
from conversations.models import Conversation
from knowledge.models import KnowledgeBase

# Review tasks whose reviewer changed the answer or refused it.
REVIEWED_OTHERWISE = Q(state=ReviewState.REJECTED) | (Q(state=ReviewState.APPROVED) & ~Q(final="") & ~Q(final=F("draft")))


def base_taught(conversation: Conversation) -> KnowledgeBase | None:
    """The first base that the conversation's account answers from; None without one."""
    return conversation.account.bases.filter(scratch=False).order_by("pk").first()
