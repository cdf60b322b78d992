"""Keyword rows of a base follow its dictionary: those whose text has a changed word are cut again while searches go on.

A row has the words of its parts before and after, and questions use a new word only when all rows know it, so nothing is lost meanwhile.
Each batch is one transaction with its part of the statistics; a killed worker's job goes on at the chunk it had reached.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import F, Max, Q

from knowledge.choices import WordKind
from knowledge.models import BaseWord, Chunk, ChunkLexical, KnowledgeBase
from knowledge.retrieval.base_words import newest, plain
from knowledge.retrieval.dictionary import SHORTEST, Dictionary
from knowledge.retrieval.lexical import array_literal, impacts_literal, row_of
from knowledge.retrieval.terms import fold
from knowledge.types import TERMS_VERSION
from scrm.core.locks import lock_in_tx, try_session_lock
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_claim, job_end, job_open, job_progress

KIND = "recut"
BATCH = 500
LEASE_S = 120

_WRITE = """
UPDATE knowledge_chunklexical l SET terms = fresh.terms::bigint[], tfs = fresh.tfs::real[], length = fresh.length,
    impacts = fresh.impacts::sparsevec
FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::real[], %s::text[]) AS fresh (chunk, terms, tfs, length, impacts)
WHERE l.chunk_id = fresh.chunk
"""
_COUNT = """
INSERT INTO knowledge_termstat (term, df) SELECT * FROM unnest(%s::bigint[], %s::int[]) AS changed (term, df) ORDER BY term
ON CONFLICT (term) DO UPDATE SET df = knowledge_termstat.df + EXCLUDED.df
"""
_DROP_UNUSED = "DELETE FROM knowledge_termstat WHERE df <= 0 AND term = ANY(%s::bigint[])"


@dataclass(frozen=True)
class _Task:
    """`words`: the changed ones; None when the rules changed and every row is cut again."""

    base: KnowledgeBase
    words: Dictionary | None

    def concerns(self, text: str) -> bool:
        return self.words is None or bool(self.words.find(fold(text)))


def bases_to_recut() -> list[int]:
    behind = Q(cut_revision__lt=F("words_revision")) | Q(cut_terms__lt=TERMS_VERSION)
    return list(KnowledgeBase.objects.filter(behind).order_by("pk").values_list("pk", flat=True))


def recut_open(base: KnowledgeBase, actor=None) -> Job:
    return job_open(kind=KIND, subject_id=base.pk, title=base.name, actor=actor)


def recut_run(job_id: int) -> int:
    """Take the job to its end; no effect when another worker has it. Returns how many rows were written."""
    job = job_claim(job_id=job_id, lease_s=LEASE_S)
    if job is None:
        return 0
    with try_session_lock(KIND, job.subject_id) as mine:
        written = _recut(job) if mine else 0
    if mine:
        job_end(job=job, state=JobState.DONE)
    return written


def _recut(job: Job) -> int:
    """Until the rows know the newest dictionary: it may change again meanwhile."""
    written = 0
    while base := KnowledgeBase.objects.filter(pk=job.subject_id).filter(pk__in=bases_to_recut()).first():
        if job.stage != _stage(base):
            job.cursor = 0
        written += sum(_batches(_Task(base, _changed(base)), job))
        KnowledgeBase.objects.filter(pk=base.pk).update(cut_revision=base.words_revision, cut_terms=TERMS_VERSION)
    return written


def _stage(base: KnowledgeBase) -> str:
    """What a cursor counts for: with another dictionary the rows are gone through from the first."""
    return f"{base.words_revision}/{TERMS_VERSION}"


def _changed(base: KnowledgeBase) -> Dictionary | None:
    if base.cut_terms < TERMS_VERSION:
        return None
    rows = BaseWord.objects.filter(base=base, kind=WordKind.WORD, revision__gt=base.cut_revision)
    words = (plain(word) for word in rows.values_list("word", flat=True))
    return Dictionary(word for word in words if len(word) >= SHORTEST)


def _batches(task: _Task, job: Job) -> Iterable[int]:
    """Rows written, batch by batch. Those that come in meanwhile are cut with the newest dictionary anyway."""
    if task.words is not None and not task.words:
        return  # only synonyms changed
    rows = ChunkLexical.objects.filter(base=task.base)
    last = rows.aggregate(last=Max("pk"))["last"] or 0
    while True:
        ids = list(rows.filter(pk__gt=job.cursor, pk__lte=last).order_by("pk").values_list("pk", flat=True)[:BATCH])
        if not ids:
            return
        number = _recut_batch(task, ids)
        job.cursor = ids[-1]
        Job.objects.filter(pk=job.pk).update(cursor=job.cursor)
        job_progress(job=job, stage=_stage(task.base), done=job.cursor, total=last, lease_s=LEASE_S)
        yield number


def _recut_batch(task: _Task, ids: Sequence[int]) -> int:
    chunks = Chunk.objects.filter(pk__in=ids).select_related("version__document").defer("version__text", "boxes")
    touched = [chunk.pk for chunk in chunks if task.concerns(_all_text(chunk))]
    if not touched:
        return 0
    with transaction.atomic(durable=True):
        lock_in_tx("lexical", task.base.pk)
        return _rewrite_in_tx(task.base.pk, touched)


def _all_text(chunk: Chunk) -> str:
    return "\n".join([_title(chunk), *chunk.heading_path, chunk.question, chunk.text])


def _title(chunk: Chunk) -> str:
    """A version that is not live yet has its own title."""
    return chunk.version.outline.get("title") or chunk.version.document.title


def _rewrite_in_tx(base_id: int, ids: Sequence[int]) -> int:
    """Under the base's lexical lock, so that no version becomes live or ceases to be meanwhile."""
    _revision, dictionary = newest(base_id)
    before = {row.pk: row for row in ChunkLexical.objects.filter(pk__in=ids).defer("impacts").select_for_update().order_by("pk")}
    changed: list[tuple[ChunkLexical, ChunkLexical, bool]] = []
    for chunk in Chunk.objects.filter(pk__in=before).select_related("version__document").defer("version__text"):
        chunk.version.document.title = _title(chunk)
        row, old = row_of(chunk, dictionary), before[chunk.pk]
        row.avgdl = old.avgdl
        if (row.terms, row.tfs, row.length) != (old.terms, old.tfs, old.length):
            changed.append((old, row, chunk.version.document.live_version_id == chunk.version_id))
    _write_in_tx([row for _old, row, _live in changed])
    _count_in_tx(base_id, [(old, row) for old, row, live in changed if live])
    return len(changed)


def _write_in_tx(rows: Sequence[ChunkLexical]) -> None:
    columns = [
        [row.chunk_id for row in rows], [array_literal(row.terms) for row in rows], [array_literal(row.tfs) for row in rows],
        [row.length for row in rows], [impacts_literal(row, row.avgdl) for row in rows],
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, columns)


def _count_in_tx(base_id: int, changed: Sequence[tuple[ChunkLexical, ChunkLexical]]) -> None:
    """Document frequencies and length of the live rows among them."""
    difference: Counter[int] = Counter()
    for old, row in changed:
        difference.update(row.terms)
        difference.subtract(old.terms)
    terms = sorted(term for term, number in difference.items() if number)
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [terms, [difference[term] for term in terms]])
        cursor.execute(_DROP_UNUSED, [terms])
    longer = int(sum(row.length - old.length for old, row in changed))
    KnowledgeBase.objects.filter(pk=base_id).update(live_length=F("live_length") + longer)
