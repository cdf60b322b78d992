"""What shadow traffic showed of a candidate."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from training.evaluation.metrics import percentile
from training.models import ShadowQuestion


@dataclass(frozen=True)
class Shadow:
    """Means over `questions` real questions; `p95_ms`: of a search, (in use, candidate); `empty`: questions that find nothing, likewise."""

    questions: int
    overlap: float
    same_first: float
    shift: float
    p95_ms: tuple[float, float]
    empty: tuple[int, int]


def shadows(release_ids: Iterable[int]) -> dict[int, Shadow]:
    """By release; those that were never asked are missing."""
    by_release: dict[int, list[ShadowQuestion]] = defaultdict(list)
    for row in ShadowQuestion.objects.filter(release__in=list(release_ids)):
        by_release[row.release_id].append(row)
    return {release: _shadow(rows) for release, rows in by_release.items()}


def _shadow(rows: list[ShadowQuestion]) -> Shadow:
    count = len(rows)
    return Shadow(
        questions=count,
        overlap=round(sum(row.overlap for row in rows) / count, 3),
        same_first=round(sum(row.same_first for row in rows) / count, 3),
        shift=round(sum(row.shift for row in rows) / count, 2),
        p95_ms=(round(percentile([row.before_ms for row in rows], 0.95), 1), round(percentile([row.after_ms for row in rows], 0.95), 1)),
        empty=(sum(row.before_empty for row in rows), sum(row.after_empty for row in rows)),
    )
