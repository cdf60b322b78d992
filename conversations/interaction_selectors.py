"""All of one AI interaction, for auditors: who asked what, what was found, what was said by which writer, and who approved it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from conversations.audit_selectors import VIEW
from conversations.models import OutboundMessage, Question, ReviewTask, Turn
from conversations.selectors import passage
from knowledge.models import Chunk, DocumentVersion
from scrm.access import policy
from scrm.ai.models import ModelRelease
from scrm.audit.models import AuditEntry
from scrm.core.errors import NotFound

TURN, QUESTION, REVIEW, OUTBOUND = (
    "conversations.turn",
    "conversations.question",
    "conversations.reviewtask",
    "conversations.outboundmessage",
)
MOST_EVENTS = 100


@dataclass(frozen=True)
class Interaction:
    """`subject`: the Turn or Question. `who`: the customer or colleague. `asked`, `answer`: masked. `release`, `versions`: what it rested on.

    `said`: what left for the customer; `events`: entries of the log on it, oldest first; `provenance`: the detail the log kept of it.
    """

    subject: Turn | Question
    who: str
    asked: str
    answer: str
    verdict: str
    writer: str
    at: datetime
    trace: list[dict[str, Any]]
    citations: list[Any]
    versions: list[DocumentVersion]
    release: ModelRelease | None
    provenance: dict[str, Any]
    reviews: list[ReviewTask] = field(default_factory=list)
    said: list[OutboundMessage] = field(default_factory=list)
    events: list[AuditEntry] = field(default_factory=list)

    @property
    def is_turn(self) -> bool:
        return isinstance(self.subject, Turn)


def entry_readable(user, pk: int) -> AuditEntry:
    """One entry of the log; NotFound for people who may not read all of it."""
    allowed = policy.can(user, VIEW) and policy.sees_everything(user)
    entry = AuditEntry.objects.filter(pk=pk).first() if allowed else None
    if entry is None:
        raise NotFound
    return entry


def interaction_of(user, entry: AuditEntry) -> Interaction | None:
    """The interaction an entry belongs to; None when it is about something else, or its words were erased with the conversation."""
    if not (policy.can(user, VIEW) and policy.sees_everything(user)) or not entry.subject_id.isdecimal():
        return None
    if entry.subject_type == QUESTION:
        question = Question.objects.select_related("asked_by").filter(pk=entry.subject_id).first()
        return _of_question(question) if question else None
    turn = _turn(entry)
    return _of_turn(turn) if turn else None


def _turn(entry: AuditEntry) -> Turn | None:
    paths = {TURN: "pk", REVIEW: "reviews", OUTBOUND: "outbound"}
    if entry.subject_type not in paths:
        return None
    rows = Turn.objects.select_related("conversation__identity__customer", "conversation__account")
    return rows.filter(**{paths[entry.subject_type]: entry.subject_id}).first()


def _of_turn(turn: Turn) -> Interaction:
    citations = list(turn.citations.all())
    reviews = list(turn.reviews.select_related("decided_by", "proposed_by").prefetch_related("approvals__user"))
    events = _events(TURN, turn.pk, REVIEW, [review.pk for review in reviews])
    told = _told(events, TURN)
    return Interaction(
        subject=turn, who=str(turn.conversation.identity.customer), asked=turn.question, answer=turn.answer, verdict=turn.verdict,
        writer=turn.writer, at=turn.created_at, trace=list(turn.trace), citations=citations,
        versions=_versions({each.version_id for each in citations} | set(told.get("versions") or ())),
        release=ModelRelease.objects.filter(pk=turn.release_id).first(), provenance=told,
        reviews=reviews, said=list(turn.outbound.order_by("pk")), events=events,
    )  # fmt: skip


def _of_question(question: Question) -> Interaction:
    result = question.result or {}
    events = _events(QUESTION, question.pk)
    told = _told(events, QUESTION)
    return Interaction(
        subject=question, who=str(question.asked_by), asked=question.text, answer=result.get("answer") or question.error,
        verdict=result.get("verdict") or "", writer=result.get("writer") or "", at=question.created_at,
        trace=result.get("trace") or [], citations=result.get("citations") or [], versions=_versions(set(told.get("versions") or ())),
        release=ModelRelease.objects.filter(pk=told.get("release")).first(), provenance=told, events=events,
    )  # fmt: skip


def _told(events: list[AuditEntry], subject_type: str) -> dict[str, Any]:
    """The detail of the entry that was written when the answer was."""
    return next((entry.detail for entry in events if entry.subject_type == subject_type and "verdict" in entry.detail), {})


def _events(kind: str, pk: int, other: str = "", others: list[int] | None = None) -> list[AuditEntry]:
    rows = AuditEntry.objects.filter(subject_type=kind, subject_id=str(pk))
    if others:
        rows = rows | AuditEntry.objects.filter(subject_type=other, subject_id__in=[str(each) for each in others])
    return list(rows.order_by("id")[:MOST_EVENTS])


def _versions(ids: set[int | None]) -> list[DocumentVersion]:
    rows = DocumentVersion.objects.filter(pk__in=ids - {None}).select_related("document").defer("text", "outline")
    return list(rows.order_by("pk"))


def passages_for_auditors(user, chunk_ids) -> dict[int, dict]:
    """As selectors.passages, of every base and audience: what an answer rested on must be seen to be judged. Linked for who may open them."""
    if not (policy.can(user, VIEW) and policy.sees_everything(user)):
        return {}
    rows = Chunk.objects.filter(pk__in=chunk_ids).select_related("version__document").defer("version__text", "version__outline")
    closed = {} if policy.can(user, "knowledge.view_document") else {"document_id": None}
    return {row.pk: passage(row) | closed for row in rows}
