"""A real worker, killed with -9 while it encodes; the next one finishes what it left."""

import os
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from django.utils import timezone

from knowledge.models import ChunkEmbedding, DocumentVersion
from knowledge.services.uploads import document_upload
from scrm.jobs.models import Job
from tests.ai.endpoint import Endpoint

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
TEXT = "".join(f"## 第{n}节\n\n" + f"第{n}节的规定有二十来个字都写在这里。" * 18 + "\n\n" for n in range(90))
PATIENCE_S = 60


def wait_for(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < limit, "nothing happened"
        threading.Event().wait(0.05)


def test_a_killed_worker_loses_no_import(release, base, endpoint, settings, live_worker, monkeypatch):
    gate, answered = threading.Event(), []

    def slow(self, path, authorization, body, real=Endpoint.answer):
        answered.append(1)
        if len(answered) > 8:  # the first batch of 64 passes, the second hangs
            gate.wait(PATIENCE_S)
        return real(self, path, authorization, body)

    monkeypatch.setattr(Endpoint, "answer", slow)
    env = {"SCRM_EMBEDDING_BASE_URL": endpoint.url, "SCRM_EMBEDDING_API_KEY": endpoint.key}
    worker = live_worker("bulk", env=env)
    upload = document_upload(actor=None, base=base, name="规定.md", file=BytesIO(TEXT.encode()))
    wait_for(lambda: len(answered) > 8)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    gate.set()
    kept = ChunkEmbedding.objects.count()
    version = DocumentVersion.objects.get(pk=upload.version.pk)
    assert (version.state, kept) == ("chunked", 64)
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    live_worker("bulk", env=env)
    wait_for(lambda: not Job.objects.filter(state__in=["queued", "running"]).exists())
    version.refresh_from_db()
    assert (version.state, Job.objects.get().state) == ("published", "done")
    assert ChunkEmbedding.objects.count() == version.chunks.count() > kept
