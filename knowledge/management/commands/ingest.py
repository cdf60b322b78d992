"""manage.py ingest PATH... --base NAME"""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from knowledge.choices import VersionState
from knowledge.ingestion.causes import cause_text
from knowledge.ingestion.pipeline import jobs_run
from knowledge.ingestion.stages import batches
from knowledge.models import DocumentVersion, KnowledgeBase
from knowledge.services.archives import files_upload
from knowledge.services.bases import base_create
from knowledge.services.uploads import Upload
from scrm.core.errors import ScrmError
from scrm.jobs.choices import LIVE_STATES
from scrm.jobs.models import Job

GROUP = 16  # files whose chunks are encoded together
POLL_S = 0.5


@dataclass
class Line:
    """What the command says of one file. `outcome`: created, unchanged, restored, duplicate, retried or refused."""

    file: str
    state: str
    chunks: int = 0
    error: str = ""
    outcome: str = "refused"

    @property
    def published(self) -> bool:
        return self.state == VersionState.PUBLISHED


class Command(BaseCommand):
    help = _("Take files or folders into a knowledge base and wait until they are published. Exit code 0 only if all are.")

    def add_arguments(self, parser):
        parser.add_argument("paths", nargs="+", metavar="PATH", help=_("file or folder"))
        parser.add_argument("--base", required=True, metavar="NAME", help=_("knowledge base; made when it is missing"))
        parser.add_argument("--json", action="store_true", help=_("one JSON object on stdout"))

    def handle(self, *args, paths, base, **options):
        files = _files(paths)
        row = KnowledgeBase.objects.filter(name=base).first() or _base(base)
        bar = _Bar(len(files), self.stderr)
        lines: list[Line] = []
        for group in batches(files, GROUP):
            for line in _ingest(row, group, bar):
                lines.append(line)
                if not options["json"]:
                    bar.clear()
                    self.stdout.write(_told(line))
        bar.clear()
        if options["json"]:
            self.stdout.write(json.dumps({"base": row.name, "files": [asdict(line) for line in lines]}, ensure_ascii=False))
        if not all(line.published for line in lines):
            sys.exit(1)


def _base(name: str) -> KnowledgeBase:
    try:
        return base_create(actor=None, name=name)
    except ScrmError as error:
        raise CommandError(str(error)) from error


def _files(paths: list[str]) -> list[tuple[Path, str]]:
    """(path, name) of every file; files of a folder are named by their path in it; hidden ones are left out."""
    found: list[tuple[Path, str]] = []
    for given in map(Path, paths):
        if given.is_dir():
            inside = (path.relative_to(given) for path in sorted(given.rglob("*")) if path.is_file())
            found += [(given / path, path.as_posix()) for path in inside if not any(part.startswith(".") for part in path.parts)]
        elif given.is_file():
            found.append((given, given.name))
        else:
            raise CommandError(_("%(path)s does not exist.") % {"path": given})
    if not found:
        raise CommandError(_("There are no files in it."))
    return found


def _ingest(base: KnowledgeBase, group: list[tuple[Path, str]], bar: "_Bar") -> list[Line]:
    uploads: list[tuple[str, Upload | ScrmError]] = []
    for path, name in group:
        bar.show(name)
        uploads += _upload(base, path, name)
    jobs = [each.job.pk for _name, each in uploads if isinstance(each, Upload) and each.job]
    jobs_run(jobs)
    _wait(jobs)
    bar.done += len(group)
    bar.show("")
    return [_line(file, each) for file, each in uploads]


def _upload(base: KnowledgeBase, path: Path, name: str) -> list[tuple[str, Upload | ScrmError]]:
    """(file, what became of it); an archive gives a line for each of its files."""
    try:
        with path.open("rb") as stream:
            taken = files_upload(actor=None, base=base, name=name, file=stream)
    except OSError as error:
        return [(str(path), ScrmError(f"{type(error).__name__}: {error.strerror}"))]
    if len(taken) == 1 and taken[0].name == name:
        return [(str(path), taken[0].result)]
    return [(f"{path}: {each.name}", each.result) for each in taken]


def _wait(job_ids: list[int]) -> None:
    """Until no job is live: a worker may have taken some of them, and may die over them."""
    while live := list(Job.objects.filter(pk__in=job_ids, state__in=LIVE_STATES).values_list("pk", flat=True)):
        time.sleep(POLL_S)
        jobs_run(live)  # takes only what is free


def _line(file: str, upload: Upload | ScrmError) -> Line:
    if isinstance(upload, ScrmError):
        return Line(file, VersionState.FAILED.value, error=str(upload))
    version = DocumentVersion.objects.defer("text", "outline").get(pk=upload.version.pk)
    error = str(cause_text(version.error_code)) if version.state == VersionState.FAILED else ""
    return Line(file, str(version.state), version.chunks.count(), error, upload.outcome.value)


def _told(line: Line) -> str:
    sign = "✓" if line.published else "✗"
    said = line.error or _("%(state)s, %(chunks)d chunks") % {"state": VersionState(line.state).label, "chunks": line.chunks}
    return f"{sign} {line.file}  {said}"


class _Bar:
    """A progress bar on a terminal's standard error; nothing elsewhere."""

    WIDTH = 24

    def __init__(self, total: int, stream):
        self.total, self.done, self.stream = total, 0, stream
        self.shown = os.isatty(2)

    def show(self, name: str) -> None:
        if self.shown:
            filled = self.WIDTH * self.done // self.total
            bar = "█" * filled + "░" * (self.WIDTH - filled)
            self.stream.write(f"\r\x1b[K{bar} {self.done}/{self.total} {name[:60]}", ending="")
            self.stream.flush()

    def clear(self) -> None:
        if self.shown:
            self.stream.write("\r\x1b[K", ending="")
