"""Test questions and what people said of the passages found for them. Everything that takes a user is filtered by that user's grants."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Prefetch, QuerySet

from knowledge.models import Chunk, Document, KnowledgeBase, SearchJudgement, SearchQuestion
from knowledge.retrieval.standing import WRONG
from scrm.core.errors import NotFound
from scrm.privacy.redact import redact

LONGEST = 500  # characters of a test question
ENOUGH = 0.5  # of the longer text: then one that holds the other is the same passage, cut again


@dataclass(frozen=True)
class Found:
    """A passage as judgements know it: they outlive its row."""

    document_id: int
    content_hash: str
    text: str

    def is_of(self, judgement: SearchJudgement) -> bool:
        if self.document_id != judgement.document_id:
            return False
        shorter, longer = sorted((self.text.strip(), judgement.text.strip()), key=len)
        cut_again = shorter in longer and len(shorter) >= ENOUGH * len(longer)
        return self.content_hash == judgement.content_hash or cut_again


@dataclass(frozen=True)
class Word:
    """What is said of a passage: the person's own grade, and the latest of anybody."""

    own: int | None = None
    grade: int | None = None
    author: str = ""


@dataclass(frozen=True)
class Judged:
    """`saved`: the test question in each base that has it; `words`: by chunk; `missing`: the right passages that are not among the chunks."""

    saved: dict[int, SearchQuestion] = field(default_factory=dict)
    words: dict[int, Word] = field(default_factory=dict)
    missing: tuple[SearchJudgement, ...] = ()


def plain_question(text: str) -> str:
    """A question as it is kept for tests: personal data masked, as the bot searches; single spaces; not too long."""
    return redact(" ".join(text.split())).text[:LONGEST]


def passages_found(chunk_ids: Iterable[int]) -> dict[int, Found]:
    rows = Chunk.objects.filter(pk__in=list(chunk_ids)).values_list("pk", "version__document_id", "content_hash", "text")
    return {pk: Found(*rest) for pk, *rest in rows}


def latest(judgements: Iterable[SearchJudgement]) -> list[SearchJudgement]:
    """The last word on each passage."""
    by_passage = {(row.document_id, row.content_hash): row for row in sorted(judgements, key=lambda row: (row.created_at, row.pk))}
    return list(by_passage.values())


def grades(found: Sequence[Found | None], judgements: Sequence[SearchJudgement]) -> list[int]:
    """The grade of each passage, 0 without a judgement."""
    return [max((row.grade for row in judgements if each and each.is_of(row)), default=WRONG) for each in found]


def judged(user, text: str, base_ids: Iterable[int], chunk_ids: Iterable[int]) -> Judged:
    """What is known of a question in these bases. Passages that the user may not read are left out of `missing`."""
    questions = SearchQuestion.objects.visible_to(user).filter(base__in=list(base_ids), text=plain_question(text))
    saved = {row.base_id: row for row in questions}
    rows = SearchJudgement.objects.filter(question__in=saved.values()).select_related("author", "document") if saved else []
    rows, last = list(rows), latest(rows)
    found = passages_found(chunk_ids) if rows else {}
    words = {chunk: _word(user, each, rows, last) for chunk, each in found.items()}
    absent = [row for row in last if row.grade > WRONG and not any(each.is_of(row) for each in found.values())]
    readable = _readable(user, absent)
    return Judged(saved, words, tuple(row for row in absent if row.document_id in readable))


def _word(user, found: Found, rows: Sequence[SearchJudgement], last: Sequence[SearchJudgement]) -> Word:
    own = next((row.grade for row in rows if row.author_id == user.pk and found.is_of(row)), None)
    said = max((row for row in last if found.is_of(row)), key=lambda row: row.created_at, default=None)
    return Word(own, said.grade if said else None, str(said.author or "") if said else "")


def _readable(user, judgements: Sequence[SearchJudgement]) -> set[int]:
    if not judgements:
        return set()
    ids = {row.document_id for row in judgements}
    return set(Document.objects.readable_by(user).filter(pk__in=ids).values_list("pk", flat=True))


def questions_of(user, base: KnowledgeBase) -> QuerySet[SearchQuestion]:
    """The base's test questions, newest first, with the judgements on documents that the user may read in `shown`."""
    readable = Document.objects.readable_by(user).filter(base=base)
    shown = SearchJudgement.objects.filter(document__in=readable).select_related("document")
    rows = SearchQuestion.objects.visible_to(user).filter(base=base, asked=True)
    return rows.prefetch_related(Prefetch("judgements", shown, to_attr="shown"))


def question_visible(user, pk: int) -> SearchQuestion:
    """Raises NotFound, also without a grant."""
    row = SearchQuestion.objects.visible_to(user).select_related("base").filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def questions_judged(base: KnowledgeBase, limit: int) -> dict[int, tuple[str, list[SearchJudgement]]]:
    """(text, last words) of the base's newest test questions for which somebody named a right passage, by id, oldest first."""
    rows = SearchJudgement.objects.filter(question__base=base, question__asked=True).select_related("question").order_by("question_id")
    by_question: dict[SearchQuestion, list[SearchJudgement]] = defaultdict(list)
    for row in rows:
        by_question[row.question].append(row)
    last = {question: latest(said) for question, said in by_question.items()}
    named = [(question, said) for question, said in last.items() if any(row.grade > WRONG for row in said)]
    return {question.pk: (question.text, said) for question, said in named[-limit:]}
