"""What customers say of answers."""

from django.db import transaction

from conversations.models import Turn
from training.models import Feedback


def feedback_record(*, turn_id: int, author: str, solved: bool) -> Feedback | None:
    """Keep the author's word on a turn; the last one counts. None when the turn is gone. `author`: "identity:ID"."""
    value = Feedback.Value.SOLVED if solved else Feedback.Value.UNSOLVED
    with transaction.atomic(durable=True):
        if not Turn.objects.filter(pk=turn_id).exists():
            return None
        row, _made = Feedback.objects.update_or_create(turn_id=turn_id, author=author[:160], defaults={"value": value})
    return row
