"""A fetch of one web source: a job that works in slices of seconds, page after page, politely, and goes on where it stood.

Which pages are still to do is known from their rows: those not fetched since the job began. No transaction is open while a site is asked.
"""

from collections.abc import Iterable
from datetime import timedelta
from time import monotonic, sleep
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from knowledge.choices import SourceKind
from knowledge.ingestion.types import ParseError
from knowledge.models import WebPage, WebSource
from knowledge.services.pages import page_failed, page_gone, page_store, page_unchanged
from knowledge.web.addresses import canonical, same_host, worth_asking
from knowledge.web.causes import SKIPPED
from knowledge.web.robots import Robots
from knowledge.web.visits import Visit, robots_of, sitemap, visit
from knowledge.web_selectors import allowed_hosts
from scrm.core.errors import ScrmError
from scrm.core.locks import try_session_lock
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_end, job_progress, job_take, job_yield

SLICE_S = 20.0
LEASE_S = 180
SITEMAPS = 20
GONE_AGAIN_S = 3600  # a page that has just gone is asked for again soon: it may be a mistake of the site
_GONE = (404, 410)


def source_crawl(*, job_id: int, slice_s: float = SLICE_S) -> float | None:
    """Fetch pages of a source for some seconds; seconds until the next slice, None when there is none."""
    taken = job_take(job_id=job_id, rows=WebSource.objects.select_related("base"), lease_s=LEASE_S)
    if taken is None:
        return None
    job, source = taken
    with try_session_lock("web host", urlsplit(source.url).hostname) as free:
        if not free:  # another source of this host is being fetched: one request at a time
            return 5.0 if job_yield(job=job, stage=job.stage, cursor=job.cursor, done=job.done, total=job.total) else None
        return _work(job, source, monotonic() + slice_s)


def _work(job: Job, source: WebSource, until: float) -> float | None:
    allowed = allowed_hosts()
    robots = robots_of(source.url, allowed)
    if robots is None:
        _end(job, source, "robots_unavailable")
        return None
    delay = max(robots.delay_s, settings.WEB_DELAY_S)
    if job.cursor == 0:
        _seed(source, robots, allowed)
        job.cursor = 1
    while page := _next(job, source):
        _page(source, page, robots, allowed)
        done, total = _counts(job, source)
        if not job_progress(job=job, stage="fetch", done=done, total=total, lease_s=LEASE_S):
            return None
        if monotonic() + delay > until:
            return delay if job_yield(job=job, stage="fetch", cursor=1, done=done, total=total) else None
        sleep(delay)
    _end(job, source)
    return None


def _next(job: Job, source: WebSource) -> WebPage | None:
    rows = source.pages.filter(Q(fetched_at=None) | Q(fetched_at__lt=job.created_at)).select_related("document")
    rows = rows if source.kind == SourceKind.SITE else rows.filter(url=source.url)
    page = rows.order_by("depth", "id").first()
    if page:
        page.source = source
    return page


def _counts(job: Job, source: WebSource) -> tuple[int, int]:
    return source.pages.filter(fetched_at__gte=job.created_at).count(), source.pages.count()


def _seed(source: WebSource, robots: Robots, allowed) -> None:
    WebPage.objects.get_or_create(source=source, url=source.url)
    if source.kind != SourceKind.SITE:
        return
    waiting = [address for place in robots.sitemaps if (address := canonical(place, source.url))] or [canonical("/sitemap.xml", source.url)]
    for _each in range(SITEMAPS):
        if not waiting:
            return
        address = waiting.pop(0)
        if not same_host(address, source.url):
            continue
        try:
            found = sitemap(address, allowed)
        except (ScrmError, ParseError):
            continue  # a site without a readable sitemap is known by its links
        waiting += found["sitemaps"]
        _add(source, found["pages"], depth=1)


def _add(source: WebSource, addresses: Iterable[str], depth: int) -> None:
    """Rows for addresses of the site that are not known yet, as far as its limits allow."""
    room = source.max_pages - source.pages.filter(gone_at=None).count()
    wanted = [address for address in dict.fromkeys(addresses) if same_host(address, source.url) and worth_asking(address)]
    known = set(source.pages.filter(url__in=wanted).values_list("url", flat=True))
    new = [address for address in wanted if address not in known][: max(room, 0)]
    WebPage.objects.bulk_create([WebPage(source=source, url=address, depth=depth) for address in new], ignore_conflicts=True)


def _page(source: WebSource, page: WebPage, robots: Robots, allowed) -> None:
    if page.document and page.document.removed_at:
        page_failed(page=page, code="removed", status=page.status)
        return
    if not robots.allows(page.url):
        page_failed(page=page, code="robots")
        return
    known = page.document_id is not None and page.error_code in ("", "gone")
    try:
        seen = visit(page.url, allowed, page.etag if known else "", page.last_modified if known else "")
        _record(source, page, seen)
    except (ScrmError, ParseError) as error:
        page_failed(page=page, code=error.code)


def _record(source: WebSource, page: WebPage, seen: Visit) -> None:
    site = source.kind == SourceKind.SITE
    if seen.status == 304:
        page_unchanged(page=page)
        _follow(source, page, page.links)
    elif seen.status in _GONE:
        page_gone(page=page, code="gone", visit=seen)
    elif seen.status != 200:
        page_failed(page=page, code="http_status", status=seen.status)
    elif site and seen.url != page.url:
        inside = same_host(seen.url, source.url)
        page_gone(page=page, code="redirected" if inside else "outside", visit=Visit(url=seen.url, status=seen.status))
        _add(source, [seen.url], page.depth)
    elif site and _speaks_for_another(source, page, seen):
        page_gone(page=page, code="canonical", visit=seen)
        _add(source, [seen.canonical], page.depth)
        _follow(source, page, seen.links)
    elif seen.noindex:
        page_gone(page=page, code="noindex", visit=seen)
        _follow(source, page, seen.links)
    elif not seen.ending or not seen.body:
        page_failed(page=page, code="no_document", status=seen.status)
    else:
        page_store(page=page, visit=seen)
        _follow(source, page, seen.links)


def _speaks_for_another(source: WebSource, page: WebPage, seen: Visit) -> bool:
    """Whether the page names another address of the site as its own, which does not in turn name a third one."""
    if not seen.canonical or seen.canonical == page.url or not same_host(seen.canonical, source.url):
        return False
    return not source.pages.filter(url=seen.canonical).exclude(error_code="").exists()


def _follow(source: WebSource, page: WebPage, links: Iterable[str]) -> None:
    if source.kind == SourceKind.SITE and page.depth < source.max_depth:
        _add(source, links, page.depth + 1)


def _end(job: Job, source: WebSource, code: str = "") -> None:
    """Note how it went and when it is due again."""
    pages = list(source.pages.filter(fetched_at__gte=job.created_at).order_by("depth", "id").only("error_code", "status", "gone_at", "url"))
    status = None
    if not code and not any(page.error_code == "" for page in pages):
        failed = [page for page in pages if page.error_code not in SKIPPED] or pages
        code, status = (failed[0].error_code, failed[0].status) if failed else ("nothing_found", None)
    now = timezone.now()
    pause = timedelta(hours=source.interval_hours)
    if code == "robots_unavailable" or any(page.gone_at and page.gone_at >= job.created_at for page in pages):
        pause = min(pause, timedelta(seconds=GONE_AGAIN_S))
    WebSource.objects.filter(pk=source.pk).update(fetched_at=now, error_code=code, error="" if status is None else str(status))
    WebSource.objects.filter(pk=source.pk, next_at__isnull=False).update(next_at=now + pause)
    job_end(job=job, state=JobState.DONE)
