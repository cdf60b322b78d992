"""What a document's own dates say: to be reviewed, about to expire, not changed for long, not used for long."""

import datetime
from collections.abc import Iterator

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from knowledge.choices import DocumentKind, FindingKind
from knowledge.freshness.recording import Seen
from knowledge.models import Document, KnowledgeBase

DAYS_A_MONTH = 30.4


def documents_seen(base: KnowledgeBase) -> Iterator[Seen]:
    """Findings that need no text to be read."""
    rows = base.documents.valid_now().select_related("live_version").defer("live_version__text", "live_version__outline")
    today = timezone.localdate()
    for row in rows.filter(review_by__lte=today):
        yield _stale(row, "review", row.review_by)
    soon = timezone.now() + datetime.timedelta(days=settings.REMIND_DAYS)
    for row in rows.filter(valid_until__lte=soon):
        yield _stale(row, "expiring", timezone.localtime(row.valid_until).date())
    for row in unchanged(rows):
        yield _stale(row, "unchanged", timezone.localtime(row.live_version.published_at).date())
    for row in unused(rows):
        yield Seen(FindingKind.UNUSED, row, (row.pk, row.live_version_id), {"date": _day(row.last_used_at)})


def unchanged(rows: QuerySet[Document]) -> QuerySet[Document]:
    """Nobody has confirmed them for long. Web pages are fetched again and again, so theirs are as new as the page."""
    limit = timezone.now() - datetime.timedelta(days=settings.STALE_MONTHS * DAYS_A_MONTH)
    return rows.filter(live_version__published_at__lt=limit, review_by=None).exclude(kind=DocumentKind.PAGE)


def unused(rows: QuerySet[Document]) -> QuerySet[Document]:
    """They could have been quoted for long, and were not."""
    limit = timezone.now() - datetime.timedelta(days=settings.UNUSED_DAYS)
    quoted = Q(last_used_at=None) | Q(last_used_at__lt=limit)
    return rows.filter(quoted, live_version__published_at__lt=limit, created_at__lt=limit).order_by(F("last_used_at").asc(nulls_first=True))


def _stale(row: Document, reason: str, day: datetime.date) -> Seen:
    return Seen(FindingKind.STALE, row, (row.pk, reason, day), {"reason": reason, "date": day.isoformat()})


def _day(moment: datetime.datetime | None) -> str:
    return timezone.localtime(moment).date().isoformat() if moment else ""
