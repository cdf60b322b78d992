"""Web sources by the clock, on the queue `bulk`. Found by Celery through knowledge/tasks.py."""

from celery import shared_task

from knowledge.services.crawling import source_crawl
from knowledge.services.web import sources_due_begin
from knowledge.web_selectors import KIND
from scrm.core.tasks import send
from scrm.jobs.services import jobs_lost

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
    for job_id in jobs_lost(kind=KIND, unheard_s=LOST_S)[:20]:
        send("knowledge.web_crawl", job_id, queue="bulk")
