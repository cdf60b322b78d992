"""What the annotation page shows."""

from collections import defaultdict
from collections.abc import Iterator

from django.db.models import Count

from knowledge.models import Chunk, Document, SearchJudgement
from training.agreement import alpha
from training.models import AnnotationTask


def counts(user) -> dict[str, int]:
    """Tasks by state, of bases the user may use."""
    return dict(AnnotationTask.objects.visible_to(user).order_by().values_list("state").annotate(number=Count("pk")))


def passages(user, task: AnnotationTask) -> list[tuple[Chunk, float]]:
    """(passage, what the model thought of it) of those the user may read, best first."""
    relevance = dict(task.suggested)
    rows = Chunk.objects.filter(pk__in=relevance, version__document__in=Document.objects.readable_by(user))
    rows = rows.select_related("version__document").defer("version__text", "version__outline")
    return sorted(((row, relevance[row.pk]) for row in rows), key=lambda pair: -pair[1])


def agreement(base_ids) -> float | None:
    """Krippendorff's alpha (interval) of the grades that several people gave the same passage for the same question."""
    units: dict[tuple, list[float]] = defaultdict(list)
    rows = SearchJudgement.objects.filter(question__base__in=base_ids)
    for question, document, content, grade in rows.values_list("question_id", "document_id", "content_hash", "grade"):
        units[question, document, content].append(float(grade))
    found = alpha(units.values())
    return None if found is None else round(found, 2)


def exported(user, base_ids) -> Iterator[dict]:
    """Finished tasks as JSON-ready rows, oldest first: question, answer, corrected, error, reason, and the grades of passages that the
    user may read."""
    readable = Document.objects.readable_by(user)
    tasks = AnnotationTask.objects.visible_to(user).filter(state=AnnotationTask.State.DONE, base__in=base_ids).order_by("pk")
    for task in tasks.select_related("base").iterator(chunk_size=200):
        grades = SearchJudgement.objects.filter(question__base=task.base, question__text=task.question[:500], document__in=readable)
        yield {
            "question": task.question, "answer": task.answer, "corrected": task.corrected, "error": task.error, "reason": task.reason,
            "base": task.base.name, "passages": [{"text": row.text, "grade": row.grade} for row in grades],
        }  # fmt: skip
