"""What the page of nights shows."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from scrm.ai.choices import Purpose
from scrm.ai.models import ModelRelease
from scrm.ai.selectors import active_release_or_none
from scrm.jobs.choices import LIVE_STATES
from scrm.jobs.models import Job
from training.models import TrainingRun
from training.plots import Night, Plot, plot
from training.promotion import wording
from training.risk.labels import LEAST, LEAST_EACH, risk_labels
from training.shadow_selectors import shadows

SHOWN = 30
KIND, SUBJECT = "learn", 1
State = TrainingRun.State


def nights() -> QuerySet[TrainingRun]:
    """The newest first."""
    return TrainingRun.objects.select_related("dataset", "release", "previous", "decided_by", "job").order_by("-pk")


def nights_shown() -> list[TrainingRun]:
    """The last SHOWN, each with `findings`: the gate's sentences in the reader's language, and whether each condition passed."""
    rows = list(nights()[:SHOWN])
    compared = shadows({row.release_id for row in rows if row.release_id})
    for row in rows:
        row.before, row.after = (row.figures.get(side, {}).get("ndcg@10") for side in ("before", "after"))
        row.findings = [(condition["passed"], wording.sentence(condition)) for condition in row.conditions]
        row.shadow = compared.get(row.release_id)
        row.slice_rows = [(wording.slice_name(name), *figures) for name, figures in sorted(row.figures.get("slices", {}).items())]
    return rows


def night_waiting() -> Job | None:
    """The training that waits or runs."""
    return Job.objects.filter(kind=KIND, subject_id=SUBJECT, state__in=LIVE_STATES).first()


def night_plot(rows: list[TrainingRun]) -> Plot | None:
    """Differences with their intervals, oldest first; None when nothing was measured yet."""
    measured = [row for row in reversed(rows) if row.figures.get("interval")]
    return plot([_night(row) for row in measured]) if measured else None


def risk_state() -> dict:
    """The risk classifier: the release in use, and how many labels there are of those it needs."""
    found = risk_labels()
    risky = sum(label.risky for label in found)
    return {"active": active_release_or_none(Purpose.RISK), "labels": len(found), "risky": risky, "least": LEAST, "each": LEAST_EACH}


def serving_now() -> ModelRelease | None:
    return active_release_or_none()


def _night(row: TrainingRun) -> Night:
    low, high = row.figures["interval"]
    begun = date_format(timezone.localtime(row.created_at), "m-d")
    value = row.figures["difference"]
    title = f"{begun} {row.get_state_display()}: {value:+.3f} [{low:+.3f}, {high:+.3f}]"
    return Night(begun, value, low, high, "good" if row.state == State.PROMOTED else "plain", title)
