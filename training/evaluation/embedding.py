"""manage.py bench reply --while-embedding: first replies of the running copy, idle and while every passage is embedded anew, in one run.

A copy of the encoder in use stands for the candidate's: the same work, and vectors of its own beside those in use. The work is that of a
night that trained both towers: `manage.py releases embed` with the training worker's niceness. Once it has made its first vectors it is
killed and begun anew.
"""

import os
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from conversations.services.bench import bench_reply
from knowledge.models import Chunk, ChunkEmbedding, KnowledgeBase
from knowledge.services.vectors import vectors_remove
from scrm.ai.models import Encoder, ModelRelease
from scrm.ai.selectors import active_release
from scrm.ai.services.releases import release_create
from scrm.stack.processes import ONE_THREAD, worker
from training.evaluation.importing.replies import compared
from training.evaluation.scratch import scratch_base

LOOK_S = 0.2
END_S = 10

Say = Callable[[str], None]


@dataclass
class Work:
    """The embedding under way. `kept`: vectors that were there when it was killed; `resumed`: they are there still after the second
    run, with all others: `made`."""

    release: ModelRelease
    total: int
    kept: int = 0
    made: int = 0
    resumed: bool = False

    def rows(self) -> set[int]:
        return set(ChunkEmbedding.objects.filter(encoder=self.release.passage_encoder).values_list("pk", flat=True))


def bench_reply_while_embedding(load: Callable[[KnowledgeBase], int], options: dict, say: Say) -> dict:
    """`idle` and `embedding`: the figures of bench_reply; `ratio`: of its p50 and p95.

    `kept_after_kill`: vectors that the killed process left; `resumed`: the next one made the others and kept these very rows.
    load: publishes passages into a scratch base. Raises what bench_reply raises.
    """
    with scratch_base() as base:
        load(base)
        idle = bench_reply(**options, say=say)
        with _candidate() as release, _embedding(Work(release, Chunk.objects.filter(version__live_of__isnull=False).count())) as work:
            say(str(_("Embedding %(n)d passages meanwhile …") % {"n": work.total}))
            meanwhile = bench_reply(**options, say=say)
            made = len(work.rows())
    return {
        "passages": work.total, "embedded_meanwhile": made, "embedding_outlasted": made < work.total,
        "kept_after_kill": work.kept, "resumed": work.resumed, "embedded_in_the_end": work.made,
        "ratio": compared(idle, meanwhile), "idle": idle, "embedding": meanwhile,
    }  # fmt: skip


@contextmanager
def _candidate() -> Iterator[ModelRelease]:
    """A release whose passage encoder has no vectors yet; gone afterwards with all that was made for it."""
    active = active_release()
    encoder = Encoder.objects.get(pk=active.passage_encoder_id)
    encoder.pk, encoder.fingerprint = None, secrets.token_hex(32)
    encoder._state.adding = True
    encoder.save()
    release = release_create(name="bench", query_encoder=active.query_encoder, passage_encoder=encoder)
    try:
        yield release
    finally:
        release.delete()
        vectors_remove(encoder=encoder)
        encoder.delete()


@contextmanager
def _embedding(work: Work) -> Iterator[Work]:
    thread = threading.Thread(target=_embed, args=(work,), daemon=True)
    thread.start()
    try:
        yield work
    finally:
        thread.join()


def _embed(work: Work) -> None:
    """Embed, kill it when the first vectors are there, embed the rest to its end, which may come after the replies."""
    try:
        with _process(work.release) as process:
            while process.poll() is None and not work.rows():
                time.sleep(LOOK_S)
            process.kill()
            process.wait()
            kept = work.rows()
        work.kept = len(kept)
        with _process(work.release) as process:
            process.wait()
        made = work.rows()
        work.made, work.resumed = len(made), kept <= made and len(made) == work.total
    finally:
        connection.close()


@contextmanager
def _process(release: ModelRelease) -> Iterator[subprocess.Popen]:
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "releases", "embed", str(release.pk)]
    nice = ["nice", "-n", str(worker("training").nice)]
    process = subprocess.Popen(nice + command, env=os.environ | ONE_THREAD, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait(END_S)
