"""Verifying the log as a job of slices; what came of it is an entry of the log, and bad news goes to everyone who may read the log."""

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from conversations.audit_selectors import VIEW
from scrm.access import policy
from scrm.access.models import User
from scrm.audit.models import AuditEntry
from scrm.audit.services import Walk, audit_record, chain_proved, chain_walk, head_known
from scrm.core.tasks import send_after_commit
from scrm.dashboard.services import notices_send_in_tx
from scrm.jobs.choices import LIVE_STATES, JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_claim, job_end, job_open, job_yield, jobs_lost

KIND, STAGE = "audit_verify", "verify"
ROWS = 20_000  # a slice: a second or two
UNHEARD_S = 60


def chain_check_start(*, actor=None) -> Job:
    """Verify the log from its first entry on, in the background; the job that is under way when there is one. NotAllowed."""
    policy.require(actor, VIEW)
    with transaction.atomic(durable=True):
        job = job_open(kind=KIND, subject_id=0, title=_("Verify the audit log"), actor=actor)
        send_after_commit("conversations.chain_check_run", job.pk, queue="bulk")
    return job


def chain_check_run(*, job_id: int) -> None:
    """One slice; no effect when the job is over or another worker's."""
    job = job_claim(job_id=job_id)
    if job is None:
        return
    walk = chain_walk(chain_proved(job.cursor) if job.cursor else Walk(), rows=ROWS)
    done = job.done + walk.entries
    if walk.first_broken is None and walk.entries == ROWS:
        total = job.total or AuditEntry.objects.count()
        if job_yield(job=job, stage=STAGE, cursor=walk.up_to, done=done, total=max(done, total)):
            send_after_commit("conversations.chain_check_run", job.pk, queue="bulk")
        return
    _end(job, walk, done)


def chain_checks_drain() -> None:
    for job_id in jobs_lost(kind=KIND, unheard_s=UNHEARD_S):
        chain_check_run(job_id=job_id)


def last_check() -> AuditEntry | None:
    """The entry that tells how the latest verification ended."""
    return AuditEntry.objects.filter(action="audit.verify").order_by("-id").first()


def check_under_way() -> Job | None:
    return Job.objects.filter(kind=KIND, state__in=LIVE_STATES).first()


def _end(job: Job, walk: Walk, done: int) -> None:
    before = last_check()
    cut_off = walk.first_broken is None and before is not None and not head_known(before.detail.get("head", ""))
    found = {"ok": walk.first_broken is None and not cut_off, "up_to": walk.up_to, "entries": done, "head": walk.head}
    found |= {"first_broken": walk.first_broken, "cut_off": cut_off}
    trouble = _trouble(walk, cut_off)
    with transaction.atomic(durable=True):
        job_end(job=job, state=JobState.FAILED if trouble else JobState.DONE, error_code="chain_broken" if trouble else "", error=trouble)
        entry = audit_record(actor=job.created_by, action="audit.verify", subject=job, detail=found)
        if trouble:
            readers = [user for user in User.objects.filter(is_active=True) if policy.can(user, VIEW)]
            title, url = _("The audit log does not hold"), reverse("conversations:audit")
            notices_send_in_tx(users=readers, key=f"audit:{entry.pk}", title=title, body=trouble, url=url)


def _trouble(walk: Walk, cut_off: bool) -> str:
    if walk.first_broken is not None:
        return _("The chain breaks at entry %(id)s: it was changed, or one before it was removed.") % {"id": walk.first_broken}
    return _("Entries were cut off the end of the log since the last verification.") if cut_off else ""
