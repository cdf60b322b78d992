"""Every source of feedback as lines of one list. Each is filtered by what its reader may see: conversations, bases, documents."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.fields.json import KeyTextTransform
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversations.choices import ReviewState
from conversations.models import Conversation, ReplyDraft, ReviewTask
from knowledge.models import SearchJudgement
from training.feedback_selectors import Period, colleagues_said, customers_said, followed_up, of_base, openings
from training.models import AnswerRating, Feedback, SourceOpening
from training.taught import REVIEWED_OTHERWISE

_GRADES = (gettext_lazy("wrong passage"), gettext_lazy("partly right passage"), gettext_lazy("right passage"))


@dataclass(frozen=True)
class Line:
    """One word on one answer. `good`: None where it is neither. `url`: where the question with its trace can be seen, "" for nowhere."""

    said: str
    good: bool | None
    question: str
    url: str
    at: datetime | None
    note: str = ""
    who: str = ""


@dataclass(frozen=True)
class Source:
    """`rows(user, bases, period)`: newest first; `line`: one of them for the list."""

    key: str
    name: Any
    rows: Callable[[Any, Any, Period], QuerySet]
    line: Callable[[Any], Line]


def counts(user, bases, period: Period) -> list[tuple[str, Any, int]]:
    """(key, name, how many in the period) of every source."""
    return [(source.key, source.name, source.rows(user, bases, period).order_by().count()) for source in SOURCES.values()]


def _conversation(pk: int) -> str:
    return reverse("conversations:conversation", args=[pk])


def _drafts(user, _bases, period: Period) -> QuerySet[ReplyDraft]:
    """Drafts that a colleague sent in other words."""
    rows = ReplyDraft.objects.filter(conversation__in=Conversation.objects.visible_to(user), done_at__gte=period.since).exclude(sent="")
    rows = rows.alias(written=KeyTextTransform("text", "result")).exclude(sent=F("written"))
    return of_base(rows, period, "conversation__account__bases").select_related("asked_by").order_by("-done_at", "-pk")


def _reviews(user, _bases, period: Period) -> QuerySet[ReviewTask]:
    """Answers that a reviewer changed or refused."""
    rows = ReviewTask.objects.filter(REVIEWED_OTHERWISE, turn__conversation__in=Conversation.objects.visible_to(user))
    rows = of_base(rows.filter(decided_at__gte=period.since), period, "turn__conversation__account__bases")
    return rows.select_related("turn", "decided_by").order_by("-decided_at", "-pk")


def _judgements(_user, bases, period: Period) -> QuerySet[SearchJudgement]:
    rows = of_base(SearchJudgement.objects.filter(question__base__in=bases, created_at__gte=period.since), period, "question__base")
    return rows.select_related("question", "document", "author").order_by("-created_at", "-pk")


def _openings(user, bases, period: Period) -> QuerySet[SourceOpening]:
    return openings(user, bases, period).select_related("turn", "document", "author").order_by("-created_at", "-pk")


def _menu_line(row: Feedback) -> Line:
    solved = row.value == Feedback.Value.SOLVED
    return Line(row.get_value_display(), solved, row.turn.question, _conversation(row.turn.conversation_id), row.updated_at)


def _rating_line(row: AnswerRating) -> Line:
    note = " · ".join(filter(None, (row.get_reason_display(), row.note)))
    return Line(row.get_value_display(), row.value == AnswerRating.Value.UP, row.question.text, "", row.updated_at, note, str(row.author))


def _draft_line(row: ReplyDraft) -> Line:
    return Line(_("sent otherwise"), False, row.question, _conversation(row.conversation_id), row.done_at, row.sent, str(row.asked_by))


def _review_line(row: ReviewTask) -> Line:
    said = row.get_state_display() if row.state == ReviewState.REJECTED else _("changed")
    note = row.final if row.state == ReviewState.APPROVED else row.note
    return Line(said, False, row.turn.question, _conversation(row.turn.conversation_id), row.decided_at, note, str(row.decided_by or ""))


def _judgement_line(row: SearchJudgement) -> Line:
    url = reverse("knowledge:document", args=[row.document_id])
    said = str(_GRADES[row.grade])
    return Line(said, {0: False, 2: True}.get(row.grade), row.question.text, url, row.created_at, row.document.name, str(row.author or ""))


def _opening_line(row: SourceOpening) -> Line:
    question = row.turn.question if row.turn else ""
    url = reverse("knowledge:document", args=[row.document_id])
    return Line(_("opened"), None, question or row.document.name, url, row.created_at, row.document.name, str(row.author))


SOURCES = {
    source.key: source
    for source in (
        Source("menu", gettext_lazy("Solved or not"), lambda user, _bases, period: customers_said(user, period), _menu_line),
        Source("rating", gettext_lazy("Good or bad"), lambda _user, bases, period: colleagues_said(bases, period), _rating_line),
        Source(
            "after", gettext_lazy("Asked again, needed a person"), lambda user, _bases, period: followed_up(user, period),
            lambda row: Line(row.get_kind_display(), False, row.turn.question, _conversation(row.turn.conversation_id), row.created_at),
        ),
        Source("draft", gettext_lazy("Drafts sent otherwise"), _drafts, _draft_line),
        Source("review", gettext_lazy("Changed in review"), _reviews, _review_line),
        Source("search", gettext_lazy("Search test"), _judgements, _judgement_line),
        Source("opened", gettext_lazy("Sources opened"), _openings, _opening_line),
    )
}  # fmt: skip
