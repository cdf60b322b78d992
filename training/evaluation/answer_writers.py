"""Who writes the answers of an evaluation: what is configured, quotes alone, or the local model, served for as long as it lasts."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from scrm.ai import local_model
from scrm.core.errors import Invalid
from scrm.stack import ports
from training.evaluation.swapped import swapped

CONFIGURED, QUOTES, LOCAL = "", "extractive", "local"
WRITERS = (CONFIGURED, QUOTES, LOCAL)
READY_S = 120
PATIENCE_S = 120.0  # a small model on one core answers when it answers; what is measured is what it says
# It was never taught when to end, and one core reads some two hundred tokens a second and writes twenty: a few passages, a few sentences.
SHORT_CONTEXT, SHORT_ANSWER = 1600, 120


@contextmanager
def writing(writer: str) -> Iterator[None]:
    """The writer for the time of the block. Raises Invalid when the local model does not come up."""
    if writer == CONFIGURED:
        yield
    elif writer == QUOTES:
        with swapped(CHAT_MODEL="", CHAT_FALLBACKS=[]):
            yield
    else:
        port = ports.free_port("127.0.0.1", 0)
        with (
            _served(port),
            swapped(
                OPENAI_BASE_URL=f"http://127.0.0.1:{port}/v1",
                CHAT_MODEL=local_model.NAME,
                CHAT_FALLBACKS=[],
                CHAT_TIMEOUT_S=PATIENCE_S,
                CHAT_CONTEXT_TOKENS=SHORT_CONTEXT,
                CHAT_ANSWER_TOKENS=SHORT_ANSWER,
            ),
        ):
            yield


@contextmanager
def _served(port: int) -> Iterator[None]:
    process = subprocess.Popen([sys.executable, "manage.py", "llm_serve", "--port", str(port)], cwd=settings.BASE_DIR)
    try:
        _wait(process, f"http://127.0.0.1:{port}/health")
        yield
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(process: subprocess.Popen, url: str) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if httpx.get(url, timeout=2, trust_env=False).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.3)
    raise Invalid(_("The local model does not start. Install it with: pip install -r requirements-llm.txt"))
