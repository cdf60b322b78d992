"""Questions about entries: always filtered by the asker's grants."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from knowledge.choices import Audience
from knowledge.models import DocumentVersion, FaqEntry, KnowledgeBase
from knowledge.retrieval.wordings import KIND as SUGGEST
from knowledge.selectors import ImportState, import_state, jobs_of
from scrm.core.errors import NotFound
from scrm.jobs.choices import LIVE_STATES
from scrm.jobs.models import Job

SHOWN_WORDINGS = 6


@dataclass(frozen=True)
class FaqLine:
    """One row of the table. `newest`: the import of what was edited last."""

    entry: FaqEntry
    newest: ImportState | None

    @property
    def wordings(self) -> list[str]:
        return self.entry.similar[:SHOWN_WORDINGS]

    @property
    def more(self) -> int:
        return max(0, len(self.entry.similar) - SHOWN_WORDINGS)

    @property
    def state(self) -> str:
        """removed, failed, running, early, expired or live; the first that holds."""
        document, now = self.entry.document, timezone.now()
        if document.removed_at:
            return "removed"
        if self.newest and self.newest.failed:
            return "failed"
        if self.running:
            return "running"
        if document.valid_from and document.valid_from > now:
            return "early"
        return "expired" if document.valid_until and document.valid_until <= now else "live"

    @property
    def running(self) -> bool:
        return self.newest is not None and self.newest.running

    @property
    def internal(self) -> bool:
        return self.entry.document.audience == Audience.INTERNAL


def faq_visible(user, pk: int) -> FaqEntry:
    """Raises NotFound, also without a grant."""
    entry = FaqEntry.objects.visible_to(user).select_related("base", "document__live_version").filter(pk=pk).first()
    if entry is None:
        raise NotFound
    return entry


def faq_entries(base: KnowledgeBase, *, search: str = "", show: str = "") -> QuerySet[FaqEntry]:
    """Entries of a base, last edited first. `show`: removed, suggested (with wordings to decide on), anything else = not removed."""
    rows = FaqEntry.objects.filter(base=base, document__removed_at__isnull=show != "removed").select_related("document")
    if show == "suggested":
        rows = rows.filter(suggested__len__gt=0)
    if search:
        rows = rows.filter(Q(question__icontains=search) | Q(similar__icontains=search) | Q(answer__icontains=search))
    newest = DocumentVersion.objects.filter(document=OuterRef("document")).order_by("-number").values("pk")[:1]
    return rows.annotate(newest_id=Subquery(newest)).order_by(F("updated_at").desc(), F("pk").desc())


def faq_lines(entries: Iterable[FaqEntry]) -> list[FaqLine]:
    """Entries (from faq_entries) with the imports of their newest words, in two queries."""
    entries = list(entries)
    ids = [entry.newest_id for entry in entries if entry.newest_id]
    versions = DocumentVersion.objects.defer("text", "outline").in_bulk(ids)
    jobs = jobs_of(ids)
    return [
        FaqLine(entry, import_state(versions[entry.newest_id], jobs.get(entry.newest_id)) if entry.newest_id in versions else None)
        for entry in entries
    ]


def faq_counts(base: KnowledgeBase) -> dict[str, int]:
    """How many entries there are, how many wait for a decision on suggestions, how many were removed."""
    rows = FaqEntry.objects.filter(base=base)
    here = rows.filter(document__removed_at=None)
    return {"all": here.count(), "suggested": here.filter(suggested__len__gt=0).count(), "removed": rows.count() - here.count()}


def suggesting(base: KnowledgeBase) -> bool:
    """Whether wordings are being looked for."""
    return Job.objects.filter(kind=SUGGEST, subject_id=base.pk, state__in=LIVE_STATES).exists()
