"""Verbs on questions that were not answered: gather, answer, dismiss."""

from collections import defaultdict
from datetime import timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.choices import TurnState
from conversations.models import Turn
from knowledge.services.faq import FaqFields, faq_create
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid, NotFound
from scrm.core.locks import lock_in_tx, try_session_lock
from scrm.privacy.redact import PLACEHOLDER
from training.clustering import nearest, pairs_of
from training.models import Feedback, UnknownQuestion, UnknownTurn
from training.taught import base_taught

CHANGE = "knowledge.change_document"
SINCE = timedelta(days=30)
MOST = 2_000  # turns in one go; the next hour takes the rest
SHORTEST = 2  # characters
LONGEST_WORDING = 300  # characters
WORDINGS = 10  # similar questions that an entry takes over
State = UnknownQuestion.State


def unknown_gather() -> int:
    """Put turns that left a question open with those that ask the same; how many were new. Deterministic: in the order they were asked."""
    with transaction.atomic(durable=True):
        lock_in_tx("unknown", "gather")
        turns = list(_unanswered().order_by("pk").select_related("conversation__account")[:MOST])
        groups = _groups()
        for turn in turns:
            _place_in_tx(turn, groups)
    return len(turns)


def unknown_answer(*, actor, unknown: UnknownQuestion, question: str, answer: str) -> UnknownQuestion:
    """Write the answer as an entry that takes the other wordings along. Raises NotAllowed, Invalid, Conflict."""
    policy.require(actor, CHANGE, unknown.base)
    if not answer.strip():
        raise Invalid(_("Write the answer."))
    asked = question.strip() or unknown.text
    with try_session_lock("unknown", unknown.pk) as ours:  # the entry is a transaction of its own
        if not ours or UnknownQuestion.objects.filter(pk=unknown.pk, state=State.ANSWERED).exists():
            raise Conflict(_("Someone has answered this question meanwhile."))
        fields = FaqFields(question=asked, similar=_wordings(unknown, asked), answer=answer)
        return _closed(actor, unknown, State.ANSWERED, entry=faq_create(actor=actor, base=unknown.base, fields=fields))


def unknown_dismiss(*, actor, unknown: UnknownQuestion) -> UnknownQuestion:
    """Nothing to answer here; it leaves the list. Raises NotAllowed."""
    policy.require(actor, CHANGE, unknown.base)
    return _closed(actor, unknown, State.DISMISSED)


def unknown_of(user, pk: int) -> UnknownQuestion:
    """Raises NotFound for one of a base the user may not use."""
    row = UnknownQuestion.objects.visible_to(user).select_related("base", "entry").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def _closed(actor, unknown: UnknownQuestion, state: str, entry=None) -> UnknownQuestion:
    with transaction.atomic(durable=True):
        row = UnknownQuestion.objects.select_for_update().get(pk=unknown.pk)
        row.state, row.entry, row.closed_by = state, entry, actor
        row.answered_at = timezone.now() if entry else None
        row.save(update_fields=["state", "entry", "closed_by", "answered_at"])
        audit_record(actor=actor, action=f"unknown.{state}", subject=row, detail={"base": row.base_id, "entry": entry and entry.pk})
    return row


def _unanswered() -> QuerySet[Turn]:
    """Turns of the last SINCE that left a question open and belong nowhere yet."""
    unsolved = Feedback.objects.filter(value=Feedback.Value.UNSOLVED).values("turn")
    open_ones = Q(state=TurnState.REFUSED) | Q(pk__in=unsolved)
    rows = Turn.objects.filter(open_ones, created_at__gte=timezone.now() - SINCE, conversation__account__bases__scratch=False)
    rows = rows.alias(length=Length("question")).filter(length__gte=SHORTEST)
    return rows.exclude(pk__in=UnknownTurn.objects.values("turn")).distinct()


def _groups() -> dict[int, dict[int, list[frozenset[str]]]]:
    """By base: the pairs of each group's texts."""
    groups: dict[int, dict[int, list[frozenset[str]]]] = defaultdict(lambda: defaultdict(list))
    rows = UnknownTurn.objects.values_list("unknown__base_id", "unknown_id", "turn__question")
    for base, unknown, question in rows:
        groups[base][unknown].append(pairs_of(question))
    return groups


def _place_in_tx(turn: Turn, groups: dict) -> None:
    base = base_taught(turn.conversation)
    if base is None:
        return
    known = groups[base.pk]
    found = nearest(turn.question, known.items())
    if found is None:
        found = UnknownQuestion.objects.create(base=base, text=turn.question).pk
    known[found].append(pairs_of(turn.question))
    UnknownTurn.objects.create(unknown_id=found, turn=turn)


def _wordings(unknown: UnknownQuestion, question: str) -> tuple[str, ...]:
    texts = unknown.turns.order_by("turn_id").values_list("turn__question", flat=True)
    plain = (text for text in dict.fromkeys(texts) if text != question and "\n" not in text and len(text) <= LONGEST_WORDING)
    return tuple(text for text in plain if not PLACEHOLDER.search(text))[:WORDINGS]
