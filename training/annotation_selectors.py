"""What the annotation pages show."""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from conversations.models import Turn
from knowledge.judged_selectors import latest, plain_question
from knowledge.models import Chunk, Document, SearchJudgement
from training.models import AnnotationOpinion, AnnotationPlan, AnnotationTask
from training.settling import Said, disputed_passages

CONTEXT = 3  # turns before the one that is annotated
State = AnnotationTask.State


@dataclass(frozen=True)
class Passage:
    """`thought`: what the model thought of it, 0-1, shown only after the reader's own mark. `said`: (author, grade), for adjudicators."""

    chunk: Chunk
    thought: float
    said: tuple[tuple[str, int], ...] = ()
    differs: bool = False


def counts(user) -> dict[str, int]:
    """Tasks by state, of bases the user may use; `mine`: open ones that wait for others after the user's word."""
    rows = AnnotationTask.objects.visible_to(user).order_by()
    found = dict(rows.values_list("state").annotate(number=Count("pk")))
    return found | {"mine": rows.filter(state=State.OPEN, opinions__author=user, opinions__said_at__isnull=False).count()}


def passages(user, task: AnnotationTask, opinions: Sequence[AnnotationOpinion] = ()) -> list[Passage]:
    """Those the user may read, in an order that has nothing to do with what the model thought, so that it leads nobody."""
    thought = dict(task.suggested)
    said: dict[int, list[tuple[str, int]]] = {}
    for each in opinions:
        for chunk, _document, _content, grade in each.marks:
            said.setdefault(chunk, []).append((str(each.author), grade))
    rows = Chunk.objects.filter(pk__in={*thought, *said}, version__document__in=Document.objects.readable_by(user))
    rows = rows.select_related("version__document").defer("version__text", "version__outline")
    differing = disputed_passages(words_of(opinions))
    found = [Passage(row, thought.get(row.pk, 0.0), tuple(said.get(row.pk, ())), row.pk in differing) for row in rows]
    return sorted(found, key=lambda each: hashlib.sha256(f"{task.pk} {each.chunk.pk}".encode()).digest())


def context(task: AnnotationTask) -> list[Turn]:
    """The turns before it in the same conversation, oldest first; their texts are masked."""
    if task.turn is None:
        return []
    rows = Turn.objects.filter(conversation=task.turn.conversation_id, pk__lt=task.turn_id).exclude(question="")
    return list(rows.only("question", "answer").order_by("-pk")[:CONTEXT])[::-1]


def disputed(user) -> QuerySet[AnnotationTask]:
    """Where people differ, oldest first."""
    rows = AnnotationTask.objects.visible_to(user).filter(state=State.DISPUTED)
    return rows.select_related("base").prefetch_related("opinions__author").order_by("pk")


def plans(bases) -> list[tuple]:
    """(base, people who look at each of its items)."""
    people = dict(AnnotationPlan.objects.filter(base__in=bases).values_list("base_id", "people"))
    return [(base, people.get(base.pk, 1)) for base in bases]


def exported(user, base_ids) -> Iterator[dict]:
    """Finished tasks as JSON-ready rows, oldest first: question, answer, corrected, error, reason, and the grades of passages that the
    user may read."""
    readable = Document.objects.readable_by(user)
    tasks = AnnotationTask.objects.visible_to(user).filter(state=State.DONE, base__in=base_ids).order_by("pk")
    for task in tasks.select_related("base").iterator(chunk_size=200):
        grades = SearchJudgement.objects.filter(
            question__base=task.base, question__text=plain_question(task.question), document__in=readable
        )
        yield {
            "question": task.question, "answer": task.answer, "corrected": task.corrected, "error": task.error, "reason": task.reason,
            "base": task.base.name, "passages": [{"text": row.text, "grade": row.grade} for row in latest(grades)],
        }  # fmt: skip


def words_of(opinions: Iterable[AnnotationOpinion]) -> list[Said]:
    """What was said, as `training.settling` compares it."""
    return [
        Said(each.author_id, {chunk: grade for chunk, _document, _content, grade in each.marks}, each.error, each.corrected, each.rejected)
        for each in opinions
    ]
