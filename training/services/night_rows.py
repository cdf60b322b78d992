"""A run as commands print it and as the page shows it."""

from training.models import TrainingRun


def figures_of(run: TrainingRun) -> dict:
    """JSON-ready."""
    figures = run.figures
    return {
        "run": run.pk, "kind": run.kind, "state": run.state, "dataset": run.dataset_id, "release": run.release_id,
        "before": figures.get("before", {}), "after": figures.get("after", {}), "difference": figures.get("difference"),
        "interval": figures.get("interval"), "promoted": run.state == TrainingRun.State.PROMOTED, "reason": run.reason,
        "seconds": round(run.seconds, 1),
    }  # fmt: skip
