"""What auditors read: entries of the log by filter, page by page, and all that belongs to one AI interaction."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import BigIntegerField, Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from conversations.audit_words import actions_of
from conversations.models import Conversation, Question, ReviewTask, Turn
from scrm.access import policy
from scrm.audit.models import AuditEntry

VIEW, EXPORT = "audit.view_auditentry", "audit.export_auditentry"
PAGE = 50
# A search in texts reads so many entries for one page and then asks whether to go on: one that finds nothing in a million would take seconds.
TEXT_ROWS = 20_000
# The log's order is that of its ids; its clock may have been set back by less than this.
CLOCK_SLACK = timedelta(hours=1)
MOST_CONVERSATIONS = 500
MOST_PEOPLE = 200


@dataclass(frozen=True)
class LogFilter:
    """What an auditor looks for; empty fields do not count. `action`: one, or a group of audit_words. `customer`, `conversation`: ids."""

    actor: str = ""
    action: str = ""
    subject_type: str = ""
    subject_id: str = ""
    since: datetime | None = None
    until: datetime | None = None
    conversation: int | None = None
    customer: int | None = None
    verdict: str = ""
    text: str = ""

    def stated(self) -> dict[str, str]:
        """What was asked for, as the log keeps it of an export."""
        return {name: str(value) for name, value in vars(self).items() if value not in ("", None)}


@dataclass(frozen=True)
class LogPage:
    """Entries, newest first. `older`, `newer`: the id to go on from, None at either end; `searched_to`: a text search stopped at this id."""

    rows: list[AuditEntry]
    older: int | None
    newer: int | None
    searched_to: int | None = None


def log_entries(user, chosen: LogFilter) -> QuerySet[AuditEntry]:
    """The entries of a filter, without its text. Nothing for people who may not read all of the log."""
    if not (policy.can(user, VIEW) and policy.sees_everything(user)):
        return AuditEntry.objects.none()
    rows = _period(AuditEntry.objects.all(), chosen)
    plain = {"actor": chosen.actor, "subject_type": chosen.subject_type, "subject_id": chosen.subject_id}
    rows = rows.filter(**{name: value for name, value in plain.items() if value})
    if chosen.action:
        rows = rows.filter(action__in=actions_of(chosen.action))
    if chosen.verdict:
        rows = _named(rows, verdict=chosen.verdict)
    if chosen.conversation is not None:
        rows = rows.filter(_about([chosen.conversation]))
    if chosen.customer is not None:
        theirs = Conversation.objects.filter(identity__customer=chosen.customer).order_by("-pk").values_list("pk", flat=True)
        rows = rows.filter(
            _about(list(theirs[:MOST_CONVERSATIONS])) | Q(subject_type="customers.customer", subject_id=str(chosen.customer))
        )
    return rows


def _period(rows: QuerySet[AuditEntry], chosen: LogFilter) -> QuerySet[AuditEntry]:
    """By time, and by the ids that lie around it, so that an old period is not reached by reading all that came after."""
    if chosen.since:
        first = AuditEntry.objects.filter(at__gte=chosen.since - CLOCK_SLACK).order_by("at").values_list("pk", flat=True).first()
        rows = rows.filter(at__gte=chosen.since, pk__gte=first) if first else rows.none()
    if chosen.until:
        beyond = AuditEntry.objects.filter(at__gte=chosen.until + CLOCK_SLACK).order_by("at").values_list("pk", flat=True).first()
        rows = rows.filter(at__lt=chosen.until)
        rows = rows.filter(pk__lt=beyond) if beyond else rows
    return rows


def _named(rows: QuerySet[AuditEntry], **facts: str) -> QuerySet[AuditEntry]:
    """Whose detail says so; written as the partial indexes are."""
    for key, value in facts.items():
        rows = rows.alias(**{f"named_{key}": KT(f"detail__{key}")}).filter(**{"detail__has_key": key, f"named_{key}": value})
    return rows


def _about(conversations: list[int]) -> Q:
    """Entries on these conversations themselves, and on their turns and reviews. By id, found through one index each: as one condition
    with OR they would be looked for in the whole log.
    """
    ids = [str(pk) for pk in conversations]
    turns = Turn.objects.filter(conversation__in=conversations)
    reviews = ReviewTask.objects.filter(turn__conversation__in=conversations)
    log = AuditEntry.objects.order_by()
    named = log.alias(conversation=KT("detail__conversation")).filter(detail__has_key="conversation", conversation__in=ids)
    found = named.values_list("pk", flat=True).union(
        _on(log, "conversations.conversation", ids),
        _on(log, "conversations.turn", turns.values_list("pk", flat=True)),
        _on(log, "conversations.reviewtask", reviews.values_list("pk", flat=True)),
    )
    return Q(pk__in=list(found))


def _on(log: QuerySet[AuditEntry], subject_type: str, ids) -> QuerySet:
    return log.filter(subject_type=subject_type, subject_id__in=[str(pk) for pk in ids]).values_list("pk", flat=True)


def log_page(user, chosen: LogFilter, *, before: int | None = None, after: int | None = None) -> LogPage:
    """A page of entries older than `before`, or newer than `after`, or the newest. Any page costs the same, however deep."""
    rows = log_entries(user, chosen)
    if after is not None:
        found = list(_with_text(rows.filter(pk__gt=after), chosen.text).order_by("id")[: PAGE + 1])
        more, found = len(found) > PAGE, found[:PAGE][::-1]
        return LogPage(found, found[-1].pk if found else after + 1, found[0].pk if more else None)
    within = rows.filter(pk__lt=before) if before is not None else rows
    floor = _floor(within) if chosen.text else None
    within = within.filter(pk__gte=floor) if floor else within
    found = list(_with_text(within, chosen.text).order_by("-id")[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    newer = found[0].pk if found and before is not None else None
    return LogPage(found[:PAGE], older, newer, searched_to=floor if older is None else None)


def _floor(rows: QuerySet[AuditEntry]) -> int | None:
    """The id at which a search in texts stops for now; None when it reads to the end."""
    return rows.order_by("-id").values_list("pk", flat=True)[TEXT_ROWS : TEXT_ROWS + 1].first()


def _with_text(rows: QuerySet[AuditEntry], text: str) -> QuerySet[AuditEntry]:
    """Entries whose detail, question or answer contains the text. Questions and answers are masked: personal data is not found by it."""
    if not text:
        return rows
    turns = Turn.objects.filter(Q(question__icontains=text) | Q(answer__icontains=text), pk=_subject_of("conversations.turn"))
    questions = Question.objects.filter(text__icontains=text, pk=_subject_of("conversations.question"))
    return rows.filter(
        Q(detail__icontains=text)
        | Q(subject_type="conversations.turn") & Exists(turns)
        | Q(subject_type="conversations.question") & Exists(questions)
    )


def _subject_of(subject_type: str) -> Case:
    """The subject's id as a number; only within CASE, because the database may try other subjects' first."""
    number = Cast(OuterRef("subject_id"), BigIntegerField())
    return Case(When(Exact(OuterRef("subject_type"), Value(subject_type)), then=number))


def log_lines(user, chosen: LogFilter, *, up_to: int) -> Iterator[AuditEntry]:
    """All entries of the filter up to this id, oldest first, read as they are sent."""
    return _with_text(log_entries(user, chosen).filter(pk__lte=up_to), chosen.text).order_by("id").iterator(chunk_size=1_000)


def people_named(user) -> list[str]:
    """Who ever did something, for the filter: one look into the index a name."""
    if not policy.can(user, VIEW):
        return []
    names, last = [], ""
    while name := AuditEntry.objects.filter(actor__gt=last).order_by("actor").values_list("actor", flat=True).first():
        names.append(name)
        last = name
        if len(names) >= MOST_PEOPLE:
            break
    return names
