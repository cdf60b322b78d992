"""One running copy of the whole product, as `make up` starts it, for all browser tests of this folder."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Page

from scrm.stack.demo import PASSWORD

INHERITED = ("DATABASE_URL", "REDIS_URL", "SCRM_TEST_HOME", "OPENAI_BASE_URL", "OPENAI_API_KEY", "SCRM_CHAT_MODEL", "SCRM_EMBEDDING_MODEL")


@dataclass(frozen=True)
class Copy:
    """Where a running copy answers."""

    url: str

    def sign_in(self, page: Page, username: str) -> Page:
        page.goto(f"{self.url}/sign-in/")
        page.fill("#id_username", username)
        page.fill("#id_password", PASSWORD)
        page.click("form.stack button[type=submit]")
        page.wait_for_url(f"{self.url}/")
        return page


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture(scope="session")
def copy(models_folder, browser) -> Iterator[Copy]:
    """`manage.py up` with a home, a port and servers of its own and the demo shop in it; stopped at once, as a second Ctrl-C does.

    Its servers may still write for a moment: what they leave in the temporary folder is no failure.
    """
    with tempfile.TemporaryDirectory(prefix="zhike-e2e-", ignore_cleanup_errors=True) as home:
        (Path(home) / "models").symlink_to(models_folder.resolve())
        port = free_port()
        environment = {key: value for key, value in os.environ.items() if key not in INHERITED}
        environment |= {"SCRM_HOME": home, "PORT": str(port), "DJANGO_SETTINGS_MODULE": "scrm.settings.dev", "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up", "--quiet"], cwd=settings.BASE_DIR, env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        )  # fmt: skip
        said = _until_greeted(process, f"http://127.0.0.1:{port}/simulator/")
        assert process.poll() is None, said
        yield Copy(f"http://127.0.0.1:{port}")
        process.send_signal(signal.SIGINT)
        process.stdout.readline()  # it has taken the first one
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)


def _until_greeted(process: subprocess.Popen, greeting: str) -> str:
    """Read what `up` says until it names the simulator's address, which it does last, or ends (it gives up by itself); the text said."""
    said = ""
    for line in process.stdout:
        said += line
        if greeting in line:
            break
    return said


@pytest.fixture
def window(browser):
    """Opens windows, each a browser of its own; an error in a page's console fails the test."""
    opened, errors = [], []

    def make(**options) -> Page:
        context = browser.new_context(**({"locale": "zh-CN", "viewport": {"width": 1280, "height": 800}} | options))
        opened.append(context)
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        return page

    yield make
    for context in opened:
        context.close()
    assert errors == []
