"""Every long work is a row a person can read."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scrm.core.querysets import ClaimQuerySet
from scrm.jobs.choices import LIVE_STATES, JobState


class Job(models.Model):
    """One long work on one subject: who, why, stage, progress, error.

    QUEUED -> RUNNING -> DONE | FAILED | CANCELLED; FAILED -> QUEUED (retry); QUEUED | RUNNING -> HELD (pause) -> QUEUED. A RUNNING job
    whose lease ran out is claimed again. A long job works in slices: RUNNING -> QUEUED with `cursor` where it goes on.
    """

    kind = models.CharField(max_length=40)
    subject_id = models.BigIntegerField()
    title = models.CharField(max_length=300, blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    state = models.CharField(max_length=12, choices=JobState, default=JobState.QUEUED)
    stage = models.CharField(max_length=40, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cursor = models.BigIntegerField(default=0)
    attempts = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error = models.TextField(blank=True)

    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"],
                condition=Q(state__in=LIVE_STATES),
                name="job_one_live",
                violation_error_message=_("This work is already waiting or running."),
            )
        ]
        indexes = [models.Index(fields=["kind", "state", "lease_until"], name="job_to_claim")]

    def __str__(self) -> str:
        return f"{self.kind} {self.title or self.subject_id} {self.state}"

    @property
    def percent(self) -> int:
        return 100 if self.state == JobState.DONE else min(99, 100 * self.done // self.total) if self.total else 0
