"""A job that suggests words for a base's dictionary, from its documents and from what people asked."""

from collections.abc import Iterator

from knowledge.choices import WordKind, WordState
from knowledge.history import asked_of
from knowledge.models import BaseWord, Chunk, KnowledgeBase
from knowledge.retrieval.new_words import MOST_CHARACTERS, new_words
from knowledge.retrieval.terms import fold, segmenter
from scrm.jobs.choices import JobState
from scrm.jobs.services import job_claim, job_end, job_progress

KIND = "mine_words"
MOST_QUESTIONS = 20_000
MOST_SUGGESTED = 100
QUESTION_COUNTS = 2  # a question is short and new words turn up there first
LEASE_S = 600


def words_mine(job_id: int) -> int:
    """Take the job to its end; no effect when another worker has it. Returns how many new suggestions there are."""
    job = job_claim(job_id=job_id, lease_s=LEASE_S)
    if job is None:
        return 0
    job_progress(job=job, stage="count", lease_s=LEASE_S)
    number = _suggest(job.subject_id)
    job_end(job=job, state=JobState.DONE)
    return number


def _suggest(base_id: int) -> int:
    if not KnowledgeBase.objects.filter(pk=base_id).exists():
        return 0
    known = set(BaseWord.objects.filter(base=base_id, kind=WordKind.WORD).exclude(state=WordState.SUGGESTED).values_list("word", flat=True))
    found = [each for each in new_words(_texts(base_id), segmenter().lcut, MOST_SUGGESTED + len(known)) if each.word not in known]
    rows = [
        BaseWord(base_id=base_id, kind=WordKind.WORD, word=each.word, state=WordState.SUGGESTED, seen=each.seen)
        for each in found[:MOST_SUGGESTED]
    ]  # fmt: skip
    before = BaseWord.objects.filter(base=base_id, state=WordState.SUGGESTED).count()
    BaseWord.objects.bulk_create(rows, update_conflicts=True, unique_fields=["base", "kind", "word"], update_fields=["seen"])
    return BaseWord.objects.filter(base=base_id, state=WordState.SUGGESTED).count() - before


def _texts(base_id: int) -> Iterator[str]:
    for text in asked_of(base_id, MOST_QUESTIONS):
        for _ in range(QUESTION_COUNTS):
            yield fold(text)
    left = MOST_CHARACTERS
    rows = Chunk.objects.filter(version__live_of__base=base_id).order_by("-pk").values_list("text", flat=True)
    for text in rows.iterator(chunk_size=500):
        yield fold(text)
        left -= len(text)
        if left <= 0:
            return
