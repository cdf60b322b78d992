"""Questions about web sources and their pages."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from knowledge.choices import SourceKind
from knowledge.models import AllowedHost, KnowledgeBase, WebPage, WebSource
from knowledge.web.causes import SKIPPED, page_cause
from scrm.core.errors import NotFound
from scrm.jobs.choices import MOVING_STATES, JobState
from scrm.jobs.models import Job

KIND = "web"
_FAILED = ~Q(pages__error_code="") & ~Q(pages__error_code__in=[*SKIPPED, "gone"])


@dataclass(frozen=True)
class SourceLine:
    """One row of the sources table."""

    source: WebSource
    job: Job | None

    @property
    def running(self) -> bool:
        return self.job is not None and self.job.state in MOVING_STATES

    @property
    def state(self) -> str:
        if self.running:
            return "fetching"
        if self.source.next_at is None:
            return "paused"
        return "failed" if self.cause else "waiting" if self.source.fetched_at is None else "ready"

    @property
    def cause(self) -> str:
        if self.job and self.job.state == JobState.FAILED:
            return page_cause(self.job.error_code or "internal")
        return page_cause(self.source.error_code, self.source.error_status)

    @property
    def is_site(self) -> bool:
        return self.source.kind == SourceKind.SITE


def allowed_hosts() -> frozenset[tuple[str, int]]:
    """(host, port) that administrators opened."""
    return frozenset(AllowedHost.objects.values_list("host", "port"))


def source_visible(user, pk: int) -> WebSource:
    """Raises NotFound, also without a grant."""
    source = WebSource.objects.visible_to(user).select_related("base").filter(pk=pk).first()
    if source is None:
        raise NotFound
    return source


def sources_of(base: KnowledgeBase) -> QuerySet[WebSource]:
    """With `n_pages` that are documents, `n_gone` and `n_failed`."""
    return base.web_sources.annotate(
        n_pages=Count("pages", filter=Q(pages__document__isnull=False, pages__gone_at=None)),
        n_gone=Count("pages", filter=Q(pages__gone_at__isnull=False)),
        n_failed=Count("pages", filter=_FAILED),
    ).order_by("-pk")


def source_lines(sources: Iterable[WebSource]) -> list[SourceLine]:
    """With the latest fetch of each, in one query."""
    sources = list(sources)
    rows = Job.objects.filter(kind=KIND, subject_id__in=[source.pk for source in sources])
    jobs = {job.subject_id: job for job in rows.order_by("subject_id", "-pk").distinct("subject_id")}
    for source in sources:
        source.error_status = int(source.error) if source.error.isdecimal() else None
    return [SourceLine(source, jobs.get(source.pk)) for source in sources]


def pages_of(source: WebSource, show: str = "all") -> QuerySet[WebPage]:
    """Failed ones first. show: all | failed | gone."""
    rows = source.pages.select_related("document").order_by("depth", "id")
    if show == "failed":
        return rows.exclude(error_code="").exclude(error_code__in=[*SKIPPED, "gone"])
    return rows.filter(gone_at__isnull=False) if show == "gone" else rows


def source_urls(document_ids: Iterable[int]) -> dict[int, str]:
    """document -> the address it came from, for those that are web pages."""
    rows = WebPage.objects.filter(document__in=list(document_ids)).order_by("-id")
    return dict(rows.values_list("document", "url"))
