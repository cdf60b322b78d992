"""The weekly review of one base: a job that works in slices of seconds and goes on where it stood, so that imports come in between."""

from time import monotonic

from django.utils import timezone

from knowledge.choices import FindingKind
from knowledge.freshness.documents import documents_seen
from knowledge.freshness.passages import passages_seen
from knowledge.freshness.recording import findings_forget, findings_see, with_passages_of_this_review
from knowledge.models import Chunk, KnowledgeBase
from scrm.ai.models import Encoder
from scrm.ai.selectors import active_release
from scrm.core.errors import ScrmError
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_end, job_progress, job_take, job_yield

KIND = "freshness"
SLICE_S = 10.0
CHUNKS = 50  # between two signs of progress
LEASE_S = 120


def review_run(job_id: int, *, slice_s: float = SLICE_S) -> bool:
    """Work on a review for some seconds; whether it has to go on. What was found so far is stored."""
    taken = job_take(job_id=job_id, rows=KnowledgeBase.objects.all(), lease_s=LEASE_S)
    if taken is None:
        return False
    job, base = taken
    try:
        return _work(job, base, slice_s)
    except ScrmError as error:
        job_end(job=job, state=JobState.FAILED, error_code=error.code, error=str(error))
        return False


def _work(job: Job, base: KnowledgeBase, slice_s: float) -> bool:
    until = monotonic() + slice_s
    if job.cursor == 0:
        findings_see(base, documents_seen(base), timezone.now())
    encoder = active_release().passage_encoder
    chunks = Chunk.objects.filter(version__live_of__base=base).order_by("pk")
    total = chunks.count()
    while ids := list(chunks.filter(pk__gt=job.cursor).values_list("pk", flat=True)[:CHUNKS]):
        _passages(job, base, ids, encoder)
        job.cursor = ids[-1]
        job.done = min(total, job.done + len(ids))
        if not job_progress(job=job, stage="review", done=job.done, total=total, lease_s=LEASE_S):
            return False
        if monotonic() > until:
            return job_yield(job=job, stage="review", cursor=job.cursor, done=job.done, total=total)
    findings_forget(base, job.created_at)
    job_end(job=job, state=JobState.DONE)
    return False


def _passages(job: Job, base: KnowledgeBase, ids: list[int], encoder: Encoder) -> None:
    seen = list(passages_seen(base, ids, encoder))
    twins = [each for each in seen if each.kind == FindingKind.DUPLICATE]
    others = [each for each in seen if each.kind != FindingKind.DUPLICATE]
    findings_see(base, others + with_passages_of_this_review(base, twins, job.created_at), timezone.now())
