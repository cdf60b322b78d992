"""What people said of passages, from every source, one example a question. Human words before those of customers' clicks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from django.db.models import Q

from conversations.models import Citation
from knowledge.choices import FaqOrigin
from knowledge.models import Chunk, SearchJudgement
from knowledge.models.faq import ApprovedSource
from knowledge.retrieval.likeness import same_key
from scrm.core.registry import Registry
from scrm.privacy.redact import redact
from training.datasets.types import PARTLY, RIGHT, Example, Label, digest
from training.models import Feedback, LearningObjection
from training.models.annotation import AnnotationTask

LONGEST = 500  # characters of a question
SHORTEST = 2  # letters and digits of one

# Each yields labels of one base (None: of all), oldest first. What stands further down is believed before what stands above.
SOURCES: Registry[Callable[[int | None], Iterable[Label]]] = Registry("sources of labels")


def examples(base_id: int | None) -> list[Example]:
    """One example for each question that has a right passage, in a stable order. The latest word on a passage counts, within a source.

    Nothing of customers who withdrew their consent.
    """
    found: dict[str, Example] = {}
    askers = _askers(base_id)
    refused = {str(customer) for customer in LearningObjection.objects.values_list("customer_id", flat=True)}
    for read in SOURCES.values():
        for label in read(base_id):
            plain = same_key(label.question)
            customer = label.customer or askers.get((label.base_id, plain), "")
            if len(plain) < SHORTEST or customer in refused:
                continue
            key = digest(label.base_id, plain)
            found[key] = _with(found.get(key), key, replace(label, customer=customer))
    return sorted((each for each in found.values() if each.positives), key=lambda each: each.key)


def _with(known: Example | None, key: str, label: Label) -> Example:
    grades = dict(known.grades) if known else {}
    grades[label.document_id, label.content_hash] = label.grade
    return Example(
        base_id=label.base_id,
        question=known.question if known else redact(label.question[:LONGEST]).text,
        key=key,
        source=label.source,
        customer=(known.customer if known else "") or label.customer,
        answer=label.answer or (known.answer if known else ""),
        grades=grades,
    )


def _askers(base_id: int | None) -> dict[tuple[int, str], str]:
    """The customer whose question was annotated, by base and question: what people say of it is still about that customer."""
    rows = AnnotationTask.objects.filter(turn__isnull=False)
    rows = rows.filter(Q(base=base_id) if base_id else Q()).order_by("-pk")
    facts = rows.values_list("base_id", "question", "turn__conversation__identity__customer_id")
    return {(base, same_key(question)): str(customer or "") for base, question, customer in facts.iterator(chunk_size=2_000)}


def solved(base_id: int | None) -> Iterator[Label]:
    """What was cited in answers that customers called solved: partly right, because the passage was given, not chosen."""
    rows = Citation.objects.filter(turn__feedback__value=Feedback.Value.SOLVED, chunk__isnull=False, document__removed_at=None)
    rows = rows.filter(Q(document__base=base_id) if base_id else Q()).exclude(turn__question="")
    rows = rows.exclude(turn__feedback__value=Feedback.Value.UNSOLVED)
    facts = ("document__base_id", "turn__question", "document_id", "chunk__content_hash", "turn__conversation__identity__customer_id")
    for base, question, document, content, customer in rows.order_by("turn_id", "number").values_list(*facts).distinct():
        yield Label(base, question, document, content, PARTLY, "feedback", str(customer or ""))


def judged(base_id: int | None) -> Iterator[Label]:
    """What staff said on the search test page."""
    rows = SearchJudgement.objects.filter(Q(question__base=base_id) if base_id else Q(question__base__scratch=False))
    rows = rows.filter(document__removed_at=None).order_by("created_at", "pk")
    facts = ("question__base_id", "question__text", "document_id", "content_hash", "grade")
    for base, question, document, content, grade in rows.values_list(*facts).iterator(chunk_size=2_000):
        yield Label(base, question, document, content, min(grade, RIGHT), "judgement")


def approved(base_id: int | None) -> Iterator[Label]:
    """The passages that hold the words an approved answer rests on, for its question and each other wording of it."""
    rows = ApprovedSource.objects.filter(entry__origin__in=(FaqOrigin.REVIEW, FaqOrigin.CORRECTION), document__removed_at=None)
    rows = rows.filter(Q(entry__base=base_id) if base_id else Q(entry__base__scratch=False)).select_related("entry").order_by("pk")
    for row in rows.iterator(chunk_size=500):
        holding = Chunk.objects.filter(version__live_of=row.document_id, text__contains=row.quote).values_list("content_hash", flat=True)
        for content in holding[:1] if row.quote else ():
            for question in (row.entry.question, *row.entry.similar):
                yield Label(row.entry.base_id, question, row.document_id, content, RIGHT, "approved", answer=row.entry.answer)


SOURCES.register("feedback", solved)
SOURCES.register("approved", approved)
SOURCES.register("judgement", judged)
