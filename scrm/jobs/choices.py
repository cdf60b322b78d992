from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class JobState(TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    FAILED = "failed", _("failed")
    CANCELLED = "cancelled", _("cancelled")
    HELD = "held", _("paused")


LIVE_STATES = (JobState.QUEUED, JobState.RUNNING, JobState.HELD)
MOVING_STATES = (JobState.QUEUED, JobState.RUNNING)  # work that goes on by itself
