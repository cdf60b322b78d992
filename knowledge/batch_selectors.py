"""How far uploads of many files are."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import timedelta

from django.db.models import Case, CharField, Count, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from knowledge.choices import VersionState
from knowledge.ingestion.claims import KIND, UNFINISHED
from knowledge.models import DocumentVersion, KnowledgeBase, UploadBatch, UploadedArchive
from knowledge.selectors import ImportState, import_state, jobs_of
from scrm.core.errors import NotFound
from scrm.jobs.choices import LIVE_STATES, JobState
from scrm.jobs.models import Job

RECENT = 30  # finished imports that the estimate is made of
LATELY = timedelta(minutes=15)
SHOW = ("all", "open", "failed", "done")
_FATES_OF_ARCHIVES = {JobState.FAILED: "failed", JobState.CANCELLED: "cancelled"}
_PUBLISHED = (VersionState.PUBLISHED, VersionState.SUPERSEDED)


@dataclass(frozen=True)
class BatchProgress:
    """Files of a batch by what became of them. `packed`: still in an archive that is being unpacked.

    `partly`: what running imports have done, in files. `left_s`: seconds left; None: unknown.
    """

    batch: UploadBatch
    waiting: int = 0
    running: int = 0
    held: int = 0
    done: int = 0
    failed: int = 0
    cancelled: int = 0
    packed: int = 0
    partly: float = 0.0
    left_s: float | None = None

    @property
    def refused(self) -> int:
        return len(self.batch.refused)

    @property
    def unchanged(self) -> int:
        return self.batch.unchanged

    @property
    def arrived(self) -> int:
        return self.waiting + self.running + self.held + self.over

    @property
    def over(self) -> int:
        return self.done + self.failed + self.cancelled + self.refused + self.unchanged

    @property
    def total(self) -> int:
        """An archive brings more files than were chosen."""
        return max(self.arrived + self.packed, 0 if self.batch.cancelled_at else self.batch.expected)

    @property
    def to_come(self) -> int:
        return self.total - self.arrived - self.packed

    @property
    def percent(self) -> int:
        if self.total == 0:
            return 0
        return 100 if self.over == self.total else min(99, int(100 * (self.over + self.partly) / self.total))

    @property
    def moving(self) -> bool:
        """Does the picture change by itself? A transfer that was broken off hours ago no longer does."""
        transferring = self.to_come and self.batch.created_at > timezone.now() - timedelta(hours=1)
        unpacking = self.packed and self.batch.paused_at is None
        return bool(self.waiting or self.running or transferring or unpacking)

    @property
    def pausable(self) -> bool:
        return self.batch.paused_at is None and bool(self.waiting or self.running or self.packed)

    @property
    def cancellable(self) -> bool:
        return bool(self.waiting or self.running or self.held or self.packed)


def batches_of(base: KnowledgeBase) -> QuerySet[UploadBatch]:
    return base.batches.select_related("created_by")


def batch_visible(user, pk: int, base: KnowledgeBase | None = None) -> UploadBatch:
    """Raises NotFound, also without a grant, or when it is not one of `base`."""
    rows = UploadBatch.objects.visible_to(user).select_related("base", "created_by").filter(pk=pk)
    batch = (rows.filter(base=base) if base else rows).first()
    if batch is None:
        raise NotFound
    return batch


def batches_progress(batches: Iterable[UploadBatch]) -> list[BatchProgress]:
    """The counts of several batches, in two queries."""
    batches = list(batches)
    counts: dict[int, dict[str, int]] = {batch.pk: {} for batch in batches}
    rows = _with_fate(DocumentVersion.objects.filter(batch__in=counts)).order_by().values("batch", "fate").annotate(n=Count("pk"))
    for row in rows:
        counts[row["batch"]][row["fate"]] = row["n"]
    for archive in UploadedArchive.objects.filter(batch__in=counts, over__lt=F("total")).select_related("job"):
        fates = counts[archive.batch_id]
        fate = _FATES_OF_ARCHIVES.get(archive.job.state, "packed") if archive.job else "cancelled"
        fates[fate] = fates.get(fate, 0) + archive.total - archive.over
    return [BatchProgress(batch, **counts[batch.pk]) for batch in batches]


def batch_progress(batch: UploadBatch) -> BatchProgress:
    """The counts of one, with what running imports have done and the time left."""
    counted = batches_progress([batch])[0]
    running = _with_fate(batch.versions.all()).filter(fate="running").defer("text", "outline")[:RECENT]
    jobs = jobs_of(version.pk for version in running)
    partly = sum(import_state(version, jobs.get(version.pk)).percent / 100 for version in running)
    return replace(counted, partly=partly, left_s=_left_s(counted, partly))


def batch_rows(batch: UploadBatch, show: str) -> QuerySet[DocumentVersion]:
    """Versions of the batch, in the order in which they came. show: one of SHOW."""
    rows = batch.versions.defer("text", "outline").select_related("document").order_by("pk")
    wanted = {"open": Q(state__in=UNFINISHED), "failed": Q(state=VersionState.FAILED), "done": Q(state__in=_PUBLISHED)}
    return rows.filter(wanted[show]) if show in wanted else rows


def archives_failed(batch: UploadBatch) -> QuerySet[UploadedArchive]:
    """Archives that could not be unpacked to their end; the job says why."""
    return batch.archives.filter(job__state=JobState.FAILED).select_related("job")


def import_states(versions: Iterable[DocumentVersion]) -> list[ImportState]:
    versions = list(versions)
    jobs = jobs_of(version.pk for version in versions)
    return [import_state(version, jobs.get(version.pk)) for version in versions]


def _with_fate(rows: QuerySet[DocumentVersion]) -> QuerySet[DocumentVersion]:
    """`fate`: the field of BatchProgress that counts the version. One whose job is gone was removed with its document."""
    live = Job.objects.filter(kind=KIND, subject_id=OuterRef("pk"), state__in=LIVE_STATES).values("state")[:1]
    fate = Case(
        When(state__in=_PUBLISHED, then=Value("done")),
        When(state=VersionState.FAILED, error_code="cancelled", then=Value("cancelled")),
        When(state=VersionState.FAILED, then=Value("failed")),
        When(job_state=JobState.QUEUED, then=Value("waiting")),
        When(job_state=JobState.RUNNING, then=Value("running")),
        When(job_state=JobState.HELD, then=Value("held")),
        default=Value("cancelled"),
        output_field=CharField(),
    )
    return rows.annotate(job_state=Subquery(live)).annotate(fate=fate)


def _left_s(counted: BatchProgress, partly: float) -> float | None:
    """At the pace of the imports that ended last; nothing can be said of a paused batch, or before two have ended."""
    remaining = counted.waiting + counted.running - partly
    if counted.batch.paused_at or remaining <= 0:
        return None
    ids = counted.batch.versions.values("pk")
    ended = Job.objects.filter(
        kind=KIND, subject_id__in=ids, state__in=(JobState.DONE, JobState.FAILED), ended_at__gt=timezone.now() - LATELY
    )
    times = list(ended.order_by(F("ended_at").desc()).values_list("started_at", flat=True)[:RECENT])
    starts = [moment for moment in times if moment]
    if len(starts) < 2:
        return None
    return remaining * (timezone.now() - min(starts)).total_seconds() / (len(starts) + partly)
