"""Verbs on web sources: name them, fetch them now, pause, resume, remove. The fetching itself: knowledge.services.crawling."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.choices import SourceKind
from knowledge.models import Document, KnowledgeBase, WebSource
from knowledge.services.documents import documents_remove
from knowledge.web.addresses import canonical
from knowledge.web_selectors import KIND, allowed_hosts
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid
from scrm.core.http import Blocked, parse_target
from scrm.core.tasks import send_after_commit
from scrm.jobs.models import Job
from scrm.jobs.services import job_open, jobs_cancel

ADD, CHANGE, DELETE = "knowledge.add_document", "knowledge.change_document", "knowledge.delete_document"
MAX_PAGES, MAX_DEPTH, MAX_HOURS = 10_000, 10, 8_760


@dataclass(frozen=True)
class SourceFields:
    """What a person sets. depth: links away from the first page; hours: between two fetches."""

    url: str
    kind: str = SourceKind.PAGE
    max_depth: int = 2
    max_pages: int = 100
    interval_hours: int = 24


def source_create(*, actor, base: KnowledgeBase, fields: SourceFields) -> WebSource:
    """Name a page or a site; it is fetched at once. Raises NotAllowed, Invalid, Blocked (an address that is never asked), Conflict (known)."""
    policy.require(actor, ADD, base)
    values = _checked(fields)
    try:
        with transaction.atomic(durable=True):
            source = WebSource.objects.create(base=base, created_by=actor, next_at=timezone.now(), **values)
            _begin_in_tx(actor, source)
            audit_record(actor=actor, action="web.add", subject=source, detail={"base": base.pk, "url": source.url})
    except IntegrityError as error:
        raise Conflict(_("This address is fetched already.")) from error
    return source


def source_change(*, actor, source: WebSource, fields: SourceFields) -> None:
    """The address stays: another one is another source. Raises NotAllowed, Invalid."""
    policy.require(actor, CHANGE, source.base)
    values = {key: value for key, value in _checked(fields).items() if key != "url"}
    with transaction.atomic(durable=True):
        WebSource.objects.filter(pk=source.pk).update(**values)
        audit_record(actor=actor, action="web.change", subject=source, detail={"base": source.base_id})


def source_fetch(*, actor, source: WebSource) -> Job:
    """Fetch now; the fetch that runs already, if one does. A paused source stays paused afterwards."""
    policy.require(actor, CHANGE, source.base)
    with transaction.atomic(durable=True):
        row = WebSource.objects.select_for_update().get(pk=source.pk)
        job = _begin_in_tx(actor, row)
        audit_record(actor=actor, action="web.fetch", subject=row, detail={"base": row.base_id})
    return job


def source_pause(*, actor, source: WebSource) -> None:
    """No more fetches until it is resumed; one that runs stops after the page it is at. Its documents go on answering."""
    policy.require(actor, CHANGE, source.base)
    with transaction.atomic(durable=True):
        WebSource.objects.filter(pk=source.pk).update(next_at=None)
        jobs_cancel(_jobs(source))
        audit_record(actor=actor, action="web.pause", subject=source, detail={"base": source.base_id})


def source_resume(*, actor, source: WebSource) -> None:
    policy.require(actor, CHANGE, source.base)
    with transaction.atomic(durable=True):
        row = WebSource.objects.select_for_update().get(pk=source.pk)
        WebSource.objects.filter(pk=row.pk).update(next_at=timezone.now())
        _begin_in_tx(actor, row)
        audit_record(actor=actor, action="web.resume", subject=row, detail={"base": row.base_id})


def source_cancel(*, actor, source: WebSource) -> None:
    """Stop the fetch that runs; what it has taken in stays, and the next one comes at its time."""
    policy.require(actor, CHANGE, source.base)
    with transaction.atomic(durable=True):
        jobs_cancel(_jobs(source))
        audit_record(actor=actor, action="web.cancel", subject=source, detail={"base": source.base_id})


def source_remove(*, actor, source: WebSource) -> int:
    """Forget the source and take its documents out of all answers; how many. The documents can be restored."""
    policy.require(actor, DELETE, source.base)
    with transaction.atomic(durable=True):
        jobs_cancel(_jobs(source))
        WebSource.objects.filter(pk=source.pk).update(next_at=None)
    own = Document.objects.filter(web_pages__source=source, removed_at=None)
    others = Document.objects.filter(web_pages__source__in=WebSource.objects.exclude(pk=source.pk))
    ids = list(own.exclude(pk__in=others.values("pk")).values_list("pk", flat=True).distinct())
    count = documents_remove(actor=actor, base=source.base, document_ids=ids)
    with transaction.atomic(durable=True):
        audit_record(
            actor=actor, action="web.remove", subject=source, detail={"base": source.base_id, "url": source.url, "documents": count}
        )
        WebSource.objects.filter(pk=source.pk).delete()
    return count


def sources_due_begin() -> list[int]:
    """Open the jobs of the sources that are due; their ids."""
    begun = []
    for source_id in list(WebSource.objects.filter(next_at__lte=timezone.now()).values_list("pk", flat=True)[:200]):
        with transaction.atomic(durable=True):
            row = WebSource.objects.select_for_update(skip_locked=True).filter(pk=source_id, next_at__lte=timezone.now()).first()
            if row:
                begun.append(_begin_in_tx(None, row).pk)
    return begun


def _begin_in_tx(actor, source: WebSource) -> Job:
    later = timezone.now() + timedelta(hours=source.interval_hours)
    WebSource.objects.filter(pk=source.pk, next_at__isnull=False).update(next_at=later)
    job = job_open(kind=KIND, subject_id=source.pk, title=source.url, actor=actor)
    send_after_commit("knowledge.web_crawl", job.pk, queue="bulk")
    return job


def _jobs(source: WebSource):
    return Job.objects.filter(kind=KIND, subject_id=source.pk)


def _checked(fields: SourceFields) -> dict:
    url = canonical(fields.url)
    parse_target(url or fields.url, allowed_hosts())
    if not url:
        raise Blocked("bad_url")
    if fields.kind not in SourceKind.values:
        raise Invalid(_("Choose one page or a site."))
    limits = ((fields.max_depth, 0, MAX_DEPTH), (fields.max_pages, 1, MAX_PAGES), (fields.interval_hours, 1, MAX_HOURS))
    if any(not least <= value <= most for value, least, most in limits):
        raise Invalid(_("Depth is 0 to 10, pages 1 to 10,000, and hours between fetches 1 to 8,760."))
    return {**fields.__dict__, "url": url}
