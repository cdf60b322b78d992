"""The work of an import: read the lines, say what is wrong with each, and take in those that a person let pass.

Both go on where a killed worker stopped: checked lines are rows, and a line that is in says so in the transaction that brings it in.
"""

import logging
from collections.abc import Iterator

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from knowledge.services.approved import approved_answer_save
from knowledge.services.judgements import judgement_set
from scrm.core.attempts import UNEXPECTED
from scrm.core.errors import Invalid, ScrmError
from scrm.jobs.choices import JobState
from scrm.jobs.models import Job
from scrm.jobs.services import job_claim, job_end, job_progress
from training.importing.lines import LONGEST_LINE, Line, read_line
from training.models import AnnotationImport, AnnotationOpinion, AnnotationTask, ImportedLine
from training.services.import_checks import Checks, counts_of

log = logging.getLogger(__name__)

BATCH = 200  # lines
MOST_LINES = 200_000
TAGS = frozenset(AnnotationTask.Error.values)
State, Outcome = AnnotationImport.State, ImportedLine.Outcome


def import_work(*, job_id: int) -> None:
    """Take the job to its end; no effect when another worker has it or it is over."""
    job = job_claim(job_id=job_id)
    row = job and AnnotationImport.objects.select_related("base", "created_by").filter(pk=job.subject_id).first()
    if not row:
        return
    work = {State.CHECKING: _check, State.TAKING: _take}.get(row.state)
    try:
        if work and not work(row, job):
            return  # cancelled meanwhile
    except (ScrmError, OSError, UnicodeDecodeError) as error:
        _fail(row, job, str(error))
        return
    except Exception:  # outermost boundary of an import: whoever waits for it must not wait for ever
        log.exception("import %s failed", row.pk)
        _fail(row, job, str(UNEXPECTED))
        raise
    job_end(job=job, state=JobState.DONE)


def _check(row: AnnotationImport, job: Job) -> bool:
    row.lines.all().delete()
    checks, done = Checks(row.base, row.created_by), 0
    for batch in _batches(row):
        ImportedLine.objects.bulk_create(checks.checked(row, batch))
        done += len(batch)
        if not job_progress(job=job, stage="check", done=done, total=max(done, job.total)):
            return False
    if not done:
        raise Invalid(_("The file has no lines."))
    row.counts, row.state = counts_of(row), State.CHECKED
    row.file.delete(save=False)
    row.save(update_fields=["counts", "state", "file"])
    return True


def _take(row: AnnotationImport, job: Job) -> bool:
    wanted = [Outcome.GOOD, *([Outcome.CONTRADICTION] if row.contradictions else [])]
    total = row.lines.filter(outcome__in=wanted).count()
    waiting = row.lines.filter(outcome__in=wanted, taken_at=None).select_related("base")
    while lines := list(waiting[:BATCH]):
        for line in lines:
            _take_line(row, line)
            left = waiting.count()
            if not job_progress(job=job, stage="take", done=total - left, total=total):
                return False
    row.counts, row.state = counts_of(row), State.DONE
    row.save(update_fields=["counts", "state"])
    return True


def _take_line(row: AnnotationImport, line: ImportedLine) -> None:
    said, actor = line.data, row.created_by
    try:
        for chunk, grade in said["passages"]:
            judgement_set(actor=actor, chunk_id=chunk, text=said["question"], grade=grade)
        if said["corrected"]:
            approved_answer_save(actor=actor, base=line.base, question=said["question"], answer=said["corrected"])
    except ScrmError as error:
        line.outcome, line.findings = Outcome.REFUSED, [*line.findings, ["refused_later", "", str(error)]]
        line.save(update_fields=["outcome", "findings"])
        return
    now = timezone.now()
    facts = {"error": said["error"], "corrected": said["corrected"]}
    with transaction.atomic(durable=True):
        task = AnnotationTask.objects.create(
            base=line.base, reason=AnnotationTask.Reason.IMPORTED, question=said["question"], answer=said["answer"],
            state=AnnotationTask.State.DONE, decided_by=actor, done_at=now, **facts,
        )  # fmt: skip
        if actor:
            AnnotationOpinion.objects.create(task=task, author=actor, said_at=now, **facts)
        line.taken_at = now
        line.save(update_fields=["taken_at"])


def _batches(row: AnnotationImport) -> Iterator[list[Line]]:
    batch: list[Line] = []
    for number, text in _lines(row):
        batch.append(read_line(number, text, TAGS))
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


def _lines(row: AnnotationImport) -> Iterator[tuple[int, str]]:
    """(number from 1, text) of lines that are not blank; bytes that are no UTF-8 make a line that is no JSON."""
    with row.file.open("rb") as file:
        number = 0
        while data := file.readline(4 * LONGEST_LINE + 1):
            number += 1
            if number > MOST_LINES:
                raise Invalid(_("The file has more than %(n)s lines. Divide it.") % {"n": MOST_LINES})
            text = data.decode("utf-8-sig" if number == 1 else "utf-8", errors="replace")
            if text.strip():
                yield number, text


def _fail(row: AnnotationImport, job: Job, problem: str) -> None:
    row.file.delete(save=False)
    row.state, row.problem = State.FAILED, problem
    row.save(update_fields=["state", "problem", "file"])
    job_end(job=job, state=JobState.FAILED, error=problem)
