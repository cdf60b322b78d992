"""How far the annotators of some bases agree: over all, per tag and mark, and two by two. Names no single word of anybody."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from knowledge.retrieval.standing import PARTLY, RIGHT, WRONG
from training.agreement import alpha, interval, kappa, nominal
from training.models import AnnotationOpinion, AnnotationTask

NEWEST = 5_000  # opinions
State = AnnotationTask.State


@dataclass(frozen=True)
class Figure:
    """`alpha`: None where nothing varies; `units`: judged by two people or more."""

    alpha: float | None
    units: int


@dataclass(frozen=True)
class Pair:
    """Two people: Cohen's kappa of their tags and of their marks, with how many both gave."""

    people: tuple[str, str]
    tags: float | None
    tagged: int
    marks: float | None
    marked: int


@dataclass(frozen=True)
class Agreement:
    passages: Figure
    tags: Figure
    per_mark: tuple[tuple[int, Figure], ...]
    per_tag: tuple[tuple[str, Figure], ...]
    pairs: tuple[Pair, ...]


def agreement(base_ids) -> Agreement:
    """Of settled and disputed items that several people looked at; what people said before an item was settled counts, not the decision."""
    rows = AnnotationOpinion.objects.filter(task__base__in=base_ids, task__wanted__gt=1, said_at__isnull=False)
    rows = rows.exclude(task__state=State.OPEN).select_related("author").order_by("-pk")[:NEWEST]
    tags: dict[int, dict[str, str]] = defaultdict(dict)
    marks: dict[tuple[int, int], dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row.error:
            tags[row.task_id][str(row.author)] = row.error
        for chunk, _document, _content, grade in row.marks:
            marks[row.task_id, chunk][str(row.author)] = grade
    units, tagged = [list(each.values()) for each in marks.values()], [list(each.values()) for each in tags.values()]
    return Agreement(
        passages=_figure(units, interval),
        tags=_figure(tagged, nominal),
        per_mark=tuple((mark, _one_of(units, mark)) for mark in (RIGHT, PARTLY, WRONG)),
        per_tag=tuple((tag, _one_of(tagged, tag)) for tag in AnnotationTask.Error.values),
        pairs=tuple(_pair(people, tags.values(), marks.values()) for people in _together(tags.values(), marks.values())),
    )


def _figure(units: Sequence[Sequence], difference: Callable[..., float]) -> Figure:
    found = alpha(units, difference)
    return Figure(None if found is None else round(found, 2), sum(len(values) > 1 for values in units))


def _one_of(units: Sequence[Sequence], value) -> Figure:
    """Whether they agree on this value against all others; units are those to which somebody gave it."""
    found = alpha([[each == value for each in values] for values in units], nominal)
    return Figure(None if found is None else round(found, 2), sum(len(values) > 1 and value in values for values in units))


def _together(*given: Iterable[dict]) -> list[tuple[str, str]]:
    return sorted({pair for units in given for unit in units for pair in combinations(sorted(unit), 2)})


def _pair(people: tuple[str, str], tags: Iterable[dict], marks: Iterable[dict]) -> Pair:
    tagged, marked = _both(people, tags), _both(people, marks)
    return Pair(people, _rounded(kappa(tagged)), len(tagged), _rounded(kappa(marked)), len(marked))


def _both(people: tuple[str, str], units: Iterable[dict]) -> list[tuple]:
    one, other = people
    return [(unit[one], unit[other]) for unit in units if one in unit and other in unit]


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
