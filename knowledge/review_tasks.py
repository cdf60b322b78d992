"""The review and the reminders by the clock, on the queue `bulk`. Found by Celery through knowledge/tasks.py."""

from datetime import timedelta

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from knowledge.freshness.review import KIND, review_run
from knowledge.models import KnowledgeBase
from knowledge.services.findings import review_request
from knowledge.services.reminders import reminders_send, review_announce
from scrm.core.tasks import send
from scrm.jobs.choices import MOVING_STATES, JobState
from scrm.jobs.models import Job
from scrm.jobs.services import YIELDED_S


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
    now = timezone.now()
    never_begun = Q(state=JobState.QUEUED, lease_until=None, created_at__lt=now - timedelta(seconds=YIELDED_S))
    lost = never_begun | Q(state__in=MOVING_STATES, lease_until__lt=now)
    for job_id in list(Job.objects.filter(lost, kind=KIND).order_by("pk").values_list("pk", flat=True)):
        freshness_review_task(job_id)


@shared_task(name="knowledge.reminders_send")
def reminders_send_task() -> None:
    reminders_send()
