"""How well files are read: a set of real and hostile files, taken in as uploads and imported by a worker process of its own."""

import multiprocessing
import resource
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from django.db import connections

from knowledge.choices import VersionState
from knowledge.ingestion.causes import CAUSES, cause_text
from knowledge.ingestion.claims import INGEST
from knowledge.ingestion.pipeline import jobs_run
from knowledge.ingestion.sandbox import MAX_S, parser_peak
from knowledge.models import Chunk, DocumentVersion, KnowledgeBase
from knowledge.services.archives import files_upload
from knowledge.services.uploads import Upload
from scrm.core.errors import ScrmError
from scrm.core.tasks import held
from training.evaluation.document_sets import Sample, missing, samples
from training.evaluation.registry import EVALUATIONS, Evaluation
from training.evaluation.scratch import scratch_base

WORKER_BYTES = 1_000_000_000
FILE_S = MAX_S + 120
UNCLEAR = ("internal", "model")  # causes that tell a person nothing about the file

Say = Callable[[str], None]


@dataclass
class Outcome:
    """What became of one file. `states`: of its documents; `causes`: why it, or parts of it, were refused or failed."""

    sample: Sample
    states: list[str] = field(default_factory=list)
    causes: list[str] = field(default_factory=list)
    chunks: list[str] = field(default_factory=list)
    problem: str = ""
    seconds: float = 0.0

    @property
    def missing(self) -> list[str]:
        return missing(self.sample, self.chunks)

    @property
    def harmed(self) -> str:
        """Why this counts as a failure of a hostile file: a dead worker, a limit exceeded, no end, or no clear cause."""
        unclear = [code for code in self.causes if code not in CAUSES or code in UNCLEAR]
        unfinished = [state for state in self.states if state not in (VersionState.PUBLISHED, VersionState.SUPERSEDED, VersionState.FAILED)]
        if self.problem:
            return self.problem
        if unclear or unfinished:
            return f"no clear cause: {', '.join(unclear)}" if unclear else f"unfinished: {', '.join(unfinished)}"
        return "" if self.states or self.causes else "lost"


def evaluate(folder: Path, say: Say) -> dict:
    """Raises Invalid when the set is not readable."""
    files = samples(folder)
    worker = Worker()
    with scratch_base() as base:
        outcomes = []
        for number, sample in enumerate(files, 1):
            outcome = _taken_in(base, sample, worker)
            outcomes.append(outcome)
            told = ", ".join(map(str, [*outcome.states, *outcome.causes])) or outcome.problem
            say(f"{number}/{len(files)} {sample.name}: {told}, {len(outcome.chunks)} chunks, {outcome.seconds:.1f} s")
        worker.stop()
    return figures(outcomes) | {"worker_peak_mb": worker.peak // 1_000_000, "parser_peak_mb": worker.parser_peak // 1_000_000}


def figures(outcomes: list[Outcome]) -> dict:
    wanted = sum(len(each.sample.wanted) for each in outcomes)
    lost = sum(len(each.missing) for each in outcomes)
    hostile = [each for each in outcomes if each.sample.hostile]
    return {
        "files": len(outcomes),
        "found_rate": round((wanted - lost) / wanted, 4) if wanted else 1.0,
        "hostile": len(hostile),
        "hostile_failures": sum(bool(each.harmed) for each in hostile),
        "failures": [_failure(each) for each in outcomes if each.missing or (each.sample.hostile and each.harmed)],
        "seconds": round(sum(each.seconds for each in outcomes), 1),
    }


def _failure(outcome: Outcome) -> dict:
    said = {"file": outcome.sample.name, "missing": outcome.missing, "causes": [str(cause_text(code)) for code in outcome.causes]}
    return said | ({"hostile": outcome.harmed} if outcome.sample.hostile else {"problem": outcome.problem})


def _taken_in(base: KnowledgeBase, sample: Sample, worker: "Worker") -> Outcome:
    """One file, as an upload under its name; what a zip holds becomes documents of their own."""
    outcome, began = Outcome(sample), time.perf_counter()
    try:
        with sample.path.open("rb") as stream, held(INGEST):
            taken = files_upload(actor=None, base=base, name=sample.name, file=stream)
    except OSError as error:
        outcome.problem = f"{error.strerror}: {error.filename}"
        return outcome
    outcome.causes = [each.result.code for each in taken if isinstance(each.result, ScrmError)]
    uploads = [each.result for each in taken if isinstance(each.result, Upload)]
    outcome.problem = worker.run([each.job.pk for each in uploads if each.job])
    versions = DocumentVersion.objects.filter(pk__in=[each.version.pk for each in uploads])
    outcome.states = [str(state) for state in versions.values_list("state", flat=True)]
    outcome.causes += [code for code in versions.values_list("error_code", flat=True) if code]
    outcome.chunks = list(Chunk.objects.filter(version__in=versions).order_by("version", "ordinal").values_list("text", flat=True))
    outcome.seconds = time.perf_counter() - began
    return outcome


class Worker:
    """A process that runs imports as a bulk worker does, so that its death, its hanging and its memory are seen from outside."""

    def __init__(self):
        self.process, self.pipe = None, None
        self.peak = self.parser_peak = 0

    def run(self, jobs: list[int]) -> str:
        """Run the jobs to their end; what went wrong with the worker, empty when nothing did."""
        if not jobs:
            return ""
        if self.process is None or not self.process.is_alive():
            self._start()
        self.pipe.send(jobs)
        try:
            if not self.pipe.poll(FILE_S):
                self._end()
                return f"the worker hung for {FILE_S} s"
            own, parsers = self.pipe.recv()
        except EOFError:
            self._end()
            return "the worker died"
        self.peak, self.parser_peak = max(self.peak, own), max(self.parser_peak, parsers)
        return f"the worker took {own // 1_000_000} MB" if own > WORKER_BYTES else ""

    def stop(self) -> None:
        if self.process is not None:
            self.pipe.send(None)
            self.process.join(10)
            self._end()

    def _start(self) -> None:
        connections.close_all()  # a connection is not shared by two processes
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()

    def _end(self) -> None:
        self.process.kill()
        self.process.join()
        self.process = None


def _work(pipe) -> None:
    """Until None comes: run jobs, answer with (own peak, largest parser's peak) in bytes."""
    while jobs := pipe.recv():
        jobs_run(jobs)
        pipe.send((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, parser_peak()))
    connections.close_all()


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", required=True, type=Path, metavar="DIR", help="Folder of manifest.jsonl and the files it names.")


def _run(options: dict, say: Say) -> dict:
    return evaluate(options["set"], say)


EVALUATIONS.register("ingestion", Evaluation(help="Files read and hostile files survived.", arguments=_arguments, run=_run))
