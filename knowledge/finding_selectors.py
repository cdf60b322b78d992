"""What the reviews found, as far as it still holds: seen in contents that answer now, and by dates that still stand."""

import datetime
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count, DateField, F, Q, QuerySet, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce, NullIf, TruncDate
from django.utils import timezone

from knowledge.choices import FindingKind, FindingState
from knowledge.freshness.review import KIND
from knowledge.models import Document, Finding, KnowledgeBase
from scrm.access import policy
from scrm.core.errors import NotFound
from scrm.jobs.models import Job

CHANGE = "knowledge.change_document"


@dataclass(frozen=True)
class DueDocument:
    """A document with the day on which somebody should have looked at it."""

    document: Document
    day: datetime.date
    overdue: bool


def findings_open(base: KnowledgeBase) -> QuerySet[Finding]:
    """Open findings of the base that still hold."""
    day = Cast(NullIf(KT("detail__date"), Value("")), DateField())
    rows = base.findings.filter(state=FindingState.OPEN, version=F("document__live_version"))
    rows = rows.annotate(day=day, reason=Coalesce(KT("detail__reason"), Value(""), output_field=TextField()))
    return rows.filter(Q(other=None) | Q(other_version=F("other__live_version")), _holds())


def _holds() -> Q:
    """Dates that were changed since and documents that were quoted since are no findings any more."""
    return (
        Q(reason="")
        | Q(reason="deadline")
        | Q(reason="review", document__review_by=F("day"))
        | Q(reason="unchanged", document__review_by=None)
        | Q(reason="expiring", document__valid_until__isnull=False, day=TruncDate("document__valid_until"))
    ) & (~Q(kind=FindingKind.UNUSED) | Q(document__last_used_at=None) | Q(document__last_used_at__lt=F("found_at")))


def findings_count(base: KnowledgeBase) -> dict[str, int]:
    """Open findings by kind; kinds without any are 0."""
    counted = dict(findings_open(base).order_by().values_list("kind").annotate(Count("pk")))
    return {kind: counted.get(kind, 0) for kind in FindingKind.values}


def findings_of(base: KnowledgeBase, kind: str, *, dismissed: bool = False) -> QuerySet[Finding]:
    """Of one kind, newest first; or those that were dismissed, of all kinds."""
    rows = base.findings.filter(state=FindingState.DISMISSED) if dismissed else findings_open(base).filter(kind=kind)
    return rows.select_related("document__owner", "document__live_version", "other__owner", "decided_by").defer(
        "document__live_version__text", "document__live_version__outline"
    ).order_by("-found_at", "-pk")  # fmt: skip


def finding_visible(user, pk: int) -> Finding:
    """Raises NotFound, also without a grant."""
    row = Finding.objects.visible_to(user).select_related("base", "document__base").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def last_review(base: KnowledgeBase) -> Job | None:
    return Job.objects.filter(kind=KIND, subject_id=base.pk).order_by("-pk").first()


def documents_due(user) -> list[DueDocument]:
    """Documents that this person should look at: their own, and in bases they work on those without an owner; soonest first."""
    today = timezone.localdate()
    soon = today + datetime.timedelta(days=settings.REMIND_DAYS)
    mine = Q(owner=user) | Q(owner=None) if policy.can(user, CHANGE) else Q(owner=user)
    rows = Document.objects.visible_to(user).filter(mine, base__scratch=False, live_version__isnull=False).select_related("base")
    rows = rows.annotate(ends=TruncDate("valid_until")).filter(Q(review_by__lte=soon) | Q(ends__range=(today, soon)))
    found = []
    for row in rows:
        days = [day for day in (row.review_by, row.ends if row.ends and row.ends >= today else None) if day and day <= soon]
        found.append(DueDocument(row, min(days), min(days) < today))
    return sorted(found, key=lambda each: each.day)
