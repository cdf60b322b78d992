"""The review and the reminders by the clock, on the queue `bulk`. Found by Celery through knowledge/tasks.py."""

from celery import shared_task

from knowledge.freshness.review import KIND, review_run
from knowledge.models import KnowledgeBase
from knowledge.services.findings import review_request
from knowledge.services.reminders import reminders_send, review_announce
from scrm.core.tasks import send
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import YIELDED_S, jobs_lost


@shared_task(name="knowledge.freshness_review")
def freshness_review_task(job_id: int) -> None:
    """One slice; the next goes to the end of the queue, behind the imports that came meanwhile."""
    if review_run(job_id):
        send("knowledge.freshness_review", job_id, queue="bulk")
        return
    job = Job.objects.filter(pk=job_id, kind=KIND, state=JobState.DONE).first()
    base = KnowledgeBase.objects.filter(pk=job.subject_id).first() if job else None
    if base:
        review_announce(base=base, job_id=job_id)


@shared_task(name="knowledge.freshness_weekly")
def freshness_weekly_task() -> None:
    for base in KnowledgeBase.objects.filter(scratch=False, live_chunks__gt=0).order_by("pk"):
        review_request(actor=None, base=base)


@shared_task(name="knowledge.freshness_drain")
def freshness_drain_task() -> None:
    """Reviews whose message was lost or whose worker died: one slice of each, then by their own messages again."""
    for job_id in jobs_lost(kind=KIND, unheard_s=YIELDED_S):
        freshness_review_task(job_id)


@shared_task(name="knowledge.reminders_send")
def reminders_send_task() -> None:
    reminders_send()
