"""Runs the jobs of imports: parse -> chunk -> embed -> index -> publish from wherever the version stands.

Jobs are taken in turns of a few, whose chunks are encoded together. Encoding goes on in a thread that never touches the database; while
it does, the files of the next turn are read, and what is encoded is indexed and published.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait

from django.db import DatabaseError, transaction

from knowledge.choices import VersionState
from knowledge.ingestion import stages
from knowledge.ingestion.claims import LEASE_S, JobLost, Work, claimed, guarded, keep_leases, report
from knowledge.ingestion.publishing import versions_publish_in_tx
from knowledge.ingestion.types import ParseError
from knowledge.models import DocumentVersion
from scrm.ai.encoders import load
from scrm.ai.selectors import active_release
from scrm.core.errors import ScrmError
from scrm.jobs.services import jobs_done

GROUP = 8  # imports that one worker takes at once; their chunks are encoded together


def jobs_run(job_ids: Sequence[int]) -> None:
    """Take those of the jobs that are free to the end. Never raises for a bad file."""
    turns_run(stages.batches(job_ids, GROUP))


def turns_run(turns: Iterable[Sequence[int]]) -> None:
    """Take the free jobs of each turn to the end, one turn after the other. `turns` is asked for the next while one is being encoded."""
    with ThreadPoolExecutor(1, "encoding") as pool:
        before: _Turn | None = None
        for job_ids in turns:
            works = claimed(job_ids)
            for work in works:
                _prepare(work, works, before)
            turn = _Turn(works, pool)
            if before:
                before.end()
            before = turn
        if before:
            before.end()


class _Turn:
    """Works whose files are read: encoding them has begun."""

    def __init__(self, works: Sequence[Work], pool: Executor):
        self.works = works
        self._steps = _carried_on(works, pool)
        self._encoding = next(self._steps, None)

    def go_on(self) -> None:
        """Do what can be done without waiting."""
        while self._encoding and self._encoding.done():
            self._encoding = next(self._steps, None)

    def end(self) -> None:
        while self._encoding:
            wait([self._encoding])
            self.go_on()


def _prepare(work: Work, works: Sequence[Work], before: _Turn | None) -> None:
    """Parse and chunk one of the works; the turn before goes on while the parser is waited for."""
    seconds = stages.parse_seconds(work.version.size) + LEASE_S
    keep_leases([*works, *(before.works if before else ())], seconds)
    with guarded([work]):
        if work.version.state == VersionState.RECEIVED:
            _read(work, seconds, before.go_on if before else None)
        if work.version.state == VersionState.PARSED:
            report([work], "chunk", lease_s=2 * LEASE_S, quiet=True)
            stages.chunk_version(work.version)


def _read(work: Work, seconds: float, meanwhile: Callable[[], None] | None) -> None:
    def told(done: int, total: int) -> None:
        report([work], "parse", done, total, lease_s=stages.PAGE_S + LEASE_S, quiet=True)

    report([work], "parse", lease_s=seconds, quiet=True)
    stages.read_version(work.version, told, meanwhile)


def _carried_on(works: Sequence[Work], pool: Executor) -> Iterator[Future]:
    """From chunks to published. Yields each encoding that must be done before it is asked for more."""
    with guarded(works):
        yield from _embed(works, pool)
    for group in _groups(works):
        try:
            _finish(group)
        except (JobLost, ParseError, ScrmError, DatabaseError, DocumentVersion.DoesNotExist):
            _finish_singly(group)


def _groups(works: Sequence[Work]) -> Iterator[list[Work]]:
    """Those that are not over, by base; of two versions of one document the second comes later."""
    left = sorted((work for work in works if not work.over), key=lambda work: (work.version.base_id, work.version.number))
    while left:
        group: dict[int, Work] = {}
        for work in left:
            if work.version.base_id == left[0].version.base_id:
                group.setdefault(work.version.document_id, work)
        yield list(group.values())
        left = [work for work in left if work not in group.values()]


def _finish_singly(works: Sequence[Work]) -> None:
    """Each with its own cause."""
    for work in works:
        with guarded([work]):
            _finish([work])


def _embed(works: Sequence[Work], pool: Executor) -> Iterator[Future]:
    """Together; when one of them is paused or cancelled the others go on, with what is encoded already."""
    while going := [work for work in works if not work.over and work.version.state == VersionState.CHUNKED]:
        try:
            return (yield from _embed_together(going, pool))
        except JobLost:
            for work in going:
                work.over = not work.ours()
    return None


def _embed_together(works: Sequence[Work], pool: Executor) -> Iterator[Future]:
    report(works, "embed", lease_s=2 * LEASE_S)  # the first use loads the model
    row = active_release().passage_encoder
    encoder = load(row)
    versions = [work.version for work in works]
    yield from stages.embedding(versions, row, encoder, pool, lambda done, total: report(works, "embed", done, total))
    stages.move(versions, VersionState.CHUNKED, VersionState.EMBEDDED)


def _finish(works: Sequence[Work]) -> None:
    """Index and publish versions of one base together."""
    embedded = [work for work in works if work.version.state == VersionState.EMBEDDED]
    if embedded:
        report(embedded, "index")
        stages.index_versions([work.version for work in embedded], lambda done, total: report(embedded, "index", done, total))
    with transaction.atomic(durable=True):
        versions_publish_in_tx([(work.version, work.job.created_by) for work in works])
        if not jobs_done([work.job for work in works]):
            raise JobLost
    for work in works:
        work.over = True
