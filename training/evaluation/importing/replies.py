"""manage.py bench reply --while-importing: first replies of the running copy, idle and while its bulk worker imports, in one run."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from conversations.services.bench import bench_reply
from knowledge.choices import VersionState
from knowledge.models import DocumentVersion, KnowledgeBase
from knowledge.services.uploads import document_upload
from scrm.core.errors import Invalid, NotFound
from training.evaluation.importing import files
from training.evaluation.scratch import scratch_base

UNFINISHED = (VersionState.RECEIVED, VersionState.PARSED, VersionState.CHUNKED, VersionState.EMBEDDED, VersionState.INDEXED)
COMPARED = ("first_reply_p50_ms", "first_reply_p95_ms")

Say = Callable[[str], None]


def bench_reply_while_importing(what: str, options: dict, say: Say) -> dict:
    """`idle` and `importing`: the figures of bench_reply; `ratio`: of its p50 and p95; `import_outlasted`: was there work to the end?

    what: a number of made files, or a folder whose files are imported. Raises Invalid, NotFound, and what bench_reply raises.
    """
    contents = list(_contents(what))
    idle = bench_reply(**options, say=say)
    with _importing(contents) as base:
        say(str(_("Importing %(count)d files meanwhile …") % {"count": len(contents)}))
        before = _left(base)
        meanwhile = bench_reply(**options, say=say)
        left = _left(base)
    return {
        "files": len(contents),
        "imported_meanwhile": before - left,
        "import_outlasted": left > 0,
        "ratio": compared(idle, meanwhile),
        "idle": idle,
        "importing": meanwhile,
    }


def compared(idle: dict, meanwhile: dict) -> dict[str, float]:
    """How many times as long a first reply took meanwhile, at p50 and p95."""
    return {name: round(meanwhile[name] / idle[name], 3) for name in COMPARED}


def _contents(what: str) -> Iterator[tuple[str, bytes]]:
    if what.isdigit():
        if not int(what):
            raise Invalid(_("Give a number of files above 0, or a folder."))
        return files.made(int(what))
    folder = Path(what)
    if not folder.is_dir():
        raise NotFound(_("There is no folder %(folder)s.") % {"folder": folder})
    found = [file for file in sorted(folder.rglob("*")) if file.is_file()]
    if not found:
        raise Invalid(_("The folder %(folder)s is empty.") % {"folder": folder})
    return ((str(file.relative_to(folder)), file.read_bytes()) for file in found)


@contextmanager
def _importing(contents: list[tuple[str, bytes]]) -> Iterator[KnowledgeBase]:
    """A scratch base into which the running copy imports; gone afterwards, what still waits included."""
    with scratch_base() as base:
        for name, content in contents:
            document_upload(actor=None, base=base, name=name, file=io.BytesIO(content))
        yield base


def _left(base: KnowledgeBase) -> int:
    return DocumentVersion.objects.filter(base=base, state__in=UNFINISHED).count()
