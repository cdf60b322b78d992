"""What customers and colleagues say of answers, and which sources they open."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from conversations import selectors
from conversations.models import Turn
from conversations.services.questions import ASK
from scrm.access import policy
from scrm.core.errors import Invalid
from scrm.privacy.redact import redact
from training.models import AnswerRating, Feedback, SourceOpening

LONGEST_NOTE = 500


def feedback_record(*, turn_id: int, author: str, solved: bool) -> Feedback | None:
    """Keep the author's word on a turn; the last one counts. None when the turn is gone. `author`: "identity:ID"."""
    value = Feedback.Value.SOLVED if solved else Feedback.Value.UNSOLVED
    with transaction.atomic(durable=True):
        if not Turn.objects.filter(pk=turn_id).exists():
            return None
        row, _new = Feedback.objects.update_or_create(turn_id=turn_id, author=author[:160], defaults={"value": value})
    return row


def answer_rate(*, actor, question_id: int, value: str, reason: str = "", note: str = "") -> AnswerRating:
    """A colleague's word on the answer to an own question; the last one counts. Personal data in the note is kept nowhere.

    Raises NotAllowed, NotFound for a question of someone else, Invalid for an unknown value or reason.
    """
    policy.require(actor, ASK)
    question = selectors.question_own(actor, question_id)
    if value not in AnswerRating.Value.values or (reason and reason not in AnswerRating.Reason.values):
        raise Invalid(_("Say whether the answer is good or bad, and choose one of the reasons."))
    said = {"value": value, "reason": reason if value == AnswerRating.Value.DOWN else "", "note": redact(note.strip()[:LONGEST_NOTE]).text}
    with transaction.atomic(durable=True):
        row, _new = AnswerRating.objects.update_or_create(question=question, author=actor, defaults=said)
    return row


def source_opening_record(*, author_id: int, turn_id: int, question_id: int, number: int, document_id: int) -> SourceOpening | None:
    """Keep that a person opened a source of an answer (`turn_id` or `question_id`, the other 0); once. None when one of them is gone."""
    facts = {"turn_id": turn_id or None, "question_id": question_id or None, "number": number, "author_id": author_id}
    try:
        with transaction.atomic(durable=True):
            return SourceOpening.objects.get_or_create(**facts, defaults={"document_id": document_id})[0]
    except IntegrityError:
        return None
