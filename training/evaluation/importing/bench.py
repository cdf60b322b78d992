"""manage.py bench ingest: reading beside the bare parser, importing beside bare encoding, and the peak memory of the worker."""

import io
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice
from pathlib import Path

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.choices import VersionState
from knowledge.ingestion.claims import INGEST
from knowledge.ingestion.sandbox import parse_file
from knowledge.ingestion.types import ParseError
from knowledge.models import Chunk, DocumentVersion, KnowledgeBase
from knowledge.services.uploads import document_upload
from knowledge.text import index_text
from scrm.ai.encoders import load
from scrm.ai.selectors import active_release
from scrm.core.errors import Invalid
from scrm.core.tasks import held
from scrm.jobs.models import Job
from training.evaluation.document_sets import samples
from training.evaluation.importing import bare, files
from training.evaluation.ingestion import Worker
from training.evaluation.scale.bench import positive
from training.evaluation.scratch import scratch_base

PAGE_CHARACTERS = 1_500  # of formats without pages
GROUP = 128  # files imported before bare encoding has its turn on their passages: what else the machine does hits both alike
OURS = timedelta(hours=1)  # for so long no other worker takes a job for forgotten
SAMPLES = 20  # made files of which reading is measured when there is no set

Say = Callable[[str], None]


@dataclass
class Reading:
    """Files of one format, read by the product and by the library alone."""

    files: int = 0
    pages: float = 0.0
    product_s: float = 0.0
    bare_s: float = 0.0

    def figures(self) -> dict:
        rates = {"files": self.files, "pages": round(self.pages), "pages_per_s": round(self.pages / self.product_s, 2)}
        return rates | {"bare_pages_per_s": round(self.pages / self.bare_s, 2), "ratio": round(self.bare_s / self.product_s, 3)}


def bench_ingest(options: dict, say: Say) -> dict:
    """Raises Invalid when the set is not readable or nothing was imported, NoActiveRelease."""
    imported = _importing(options["files"], options["passages"], say)
    with tempfile.TemporaryDirectory(prefix="bench") as folder:
        paths = _paths(options["set"]) if options["set"] else _written(Path(folder))
        reading = _reading(paths, say)
    return imported | {"reading": {name: one.figures() for name, one in sorted(reading.items())}}


def _paths(folder: Path) -> list[Path]:
    """The harmless files of a document set."""
    return [sample.path for sample in samples(folder) if not sample.hostile]


def _written(folder: Path) -> list[Path]:
    paths = []
    for name, content in files.made(SAMPLES):
        paths.append(folder / name)
        paths[-1].write_bytes(content)
    return paths


def _reading(paths: Iterable[Path], say: Say) -> dict[str, Reading]:
    """By format. Files that have no bare reader, or hold no text without OCR, are left out: there is nothing to compare."""
    found: dict[str, Reading] = {}
    for path in paths:
        began = time.perf_counter()
        try:
            document = parse_file(path, path.name)
        except ParseError as error:
            say(f"{path.name}: {error.code}")
            continue
        spent = time.perf_counter() - began
        began = time.perf_counter()
        text = bare.read(path, document.format)
        alone = time.perf_counter() - began
        if not text or not text.strip():
            continue
        one = found.setdefault(document.format, Reading())
        one.files, one.pages = one.files + 1, one.pages + (document.pages or max(1.0, len(document.text) / PAGE_CHARACTERS))
        one.product_s, one.bare_s = one.product_s + spent, one.bare_s + alone
        say(f"{path.name}: {spent:.2f} s, library alone {alone:.2f} s")
    return found


def _importing(number: int, passages: int, say: Say) -> dict:
    """Passages a second from file to published, in a worker as the queue `bulk` has it, in turn with encoding the same passages alone."""
    row = active_release().passage_encoder
    worker, chunks, importing, encoding = Worker(), 0, 0.0, 0.0
    with scratch_base() as base:
        made = files.made(number, passages)
        worker.run(_uploaded(base, islice(made, 1)))  # starts the worker, which loads the model; not counted
        while jobs := _uploaded(base, islice(made, GROUP)):
            began = time.perf_counter()
            problem = worker.run(jobs)
            importing += time.perf_counter() - began
            if problem:
                raise Invalid(problem)
            texts = list(_texts(base, jobs))
            model = load(row)
            began = time.perf_counter()
            model.encode_passages(texts)
            encoding += time.perf_counter() - began
            chunks += len(texts)
            say(f"{chunks} passages: imported in {importing:.1f} s, encoded alone in {encoding:.1f} s")
        published = DocumentVersion.objects.filter(base=base, state=VersionState.PUBLISHED).count()
        worker.stop()
    if not chunks:
        raise Invalid(_("Nothing was imported."))
    return {
        "files": number,
        "passages_of_a_file": passages,
        "published": published,
        "chunks": chunks,
        "import_chunks_per_s": round(chunks / importing, 2),
        "bare_encode_chunks_per_s": round(chunks / encoding, 2),
        "ratio": round(encoding / importing, 3),
        "worker_peak_mb": worker.peak // 1_000_000,
        "parser_peak_mb": worker.parser_peak // 1_000_000,
    }


def _uploaded(base: KnowledgeBase, made: Iterable[tuple[str, bytes]]) -> list[int]:
    """Ids of the jobs that import the files; the worker of a running copy leaves them alone."""
    with held(INGEST):
        uploads = [document_upload(actor=None, base=base, name=name, file=io.BytesIO(content)) for name, content in made]
    jobs = [upload.job.pk for upload in uploads if upload.job]
    Job.objects.filter(pk__in=jobs).update(created_at=timezone.now() + OURS)
    return jobs


def _texts(base: KnowledgeBase, jobs: list[int]) -> Iterator[str]:
    versions = Job.objects.filter(pk__in=jobs).values_list("subject_id", flat=True)
    for chunk in Chunk.objects.filter(version__in=list(versions), version__base=base).select_related("version__document").order_by("pk"):
        yield index_text(chunk.version.document.title, chunk.heading_path, chunk.text)


def arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--set", type=Path, metavar="DIR", help="Folder of manifest.jsonl and files to read; otherwise made ones.")
    parser.add_argument("--files", type=positive, default=500, metavar="N", help="Made files imported for rate and memory.")
    parser.add_argument(
        "--passages", type=positive, default=files.PASSAGES, metavar="N", help="Passages of a made file, of 120 words each."
    )
