"""What people asked, for the room that keeps the knowledge: customers' and colleagues' questions, which are stored masked."""

from collections.abc import Iterator

from conversations.models import Question, Turn
from scrm.privacy.redact import PLACEHOLDER


def customers_asked(base_id: int, limit: int) -> Iterator[str]:
    """Questions of customers whose account answers from the base. One with a placeholder is left out."""
    rows = Turn.objects.filter(conversation__account__bases=base_id).exclude(question="").order_by("-pk")
    return _plain(rows.values_list("question", flat=True)[:limit])


def colleagues_asked(base_id: int, limit: int) -> Iterator[str]:
    """Questions of colleagues on the ask page to this base. Who asked is not told."""
    rows = Question.objects.filter(bases=base_id, search_only=False).order_by("-pk")
    return _plain(rows.values_list("text", flat=True)[:limit])


def _plain(texts) -> Iterator[str]:
    return (text.strip() for text in texts if text.strip() and not PLACEHOLDER.search(text))
