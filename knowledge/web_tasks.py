"""Web sources by the clock, on the queue `bulk`. Found by Celery through knowledge/tasks.py."""

from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from knowledge.services.crawling import source_crawl
from knowledge.services.web import sources_due_begin
from knowledge.web_selectors import KIND
from scrm.core.tasks import send
from scrm.jobs.choices import MOVING_STATES, JobState
from scrm.jobs.models import Job

LOST_S = 120


@shared_task(name="knowledge.web_crawl")
def web_crawl_task(job_id: int) -> None:
    """One slice; the next goes to the end of the queue, behind the imports that came meanwhile."""
    wait = source_crawl(job_id=job_id)
    if wait is not None:
        send("knowledge.web_crawl", job_id, queue="bulk", countdown=wait)


@shared_task(name="knowledge.web_drain")
def web_drain_task() -> None:
    """Sources that are due, and fetches whose message was lost or whose worker died."""
    sources_due_begin()
    now = timezone.now()
    never_begun = Q(state=JobState.QUEUED, lease_until=None, created_at__lt=now - timedelta(seconds=LOST_S))
    lost = never_begun | Q(state__in=MOVING_STATES, lease_until__lt=now)
    for job_id in list(Job.objects.filter(lost, kind=KIND).order_by("pk").values_list("pk", flat=True)[:20]):
        send("knowledge.web_crawl", job_id, queue="bulk")
