"""Where what a conversation teaches goes."""

from conversations.models import Conversation
from knowledge.models import KnowledgeBase


def base_taught(conversation: Conversation) -> KnowledgeBase | None:
    """The first base that the conversation's account answers from; None without one."""
    return conversation.account.bases.filter(scratch=False).order_by("pk").first()
