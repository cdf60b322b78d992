"""Postgres killed with -9 in the middle of imports: afterwards search finds exactly what a scan of the rows finds."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

import pytest

from scrm.stack.home import Home
from scrm.stack.postgres import Postgres
from tests.ai.endpoint import Endpoint

pytestmark = pytest.mark.slow
CHILD = Path(__file__).with_name("crash_child.py")
ROOT = Path(__file__).resolve().parents[3]
KILLS = 2


@pytest.fixture
def own_postgres():
    """A server with the settings of production: what it calls committed must survive."""
    root = Path(tempfile.mkdtemp(prefix="zhike-crash-"))  # pytest's own folders are closed to the user that Postgres runs as
    root.chmod(0o755)
    home = Home(root)
    for folder in (home.run, home.logs):
        folder.mkdir(exist_ok=True)
    server = Postgres(home)
    yield server
    server.stop()
    shutil.rmtree(root, ignore_errors=True)


def run(server: Postgres, endpoint: Endpoint, *words: str, **options) -> subprocess.Popen:
    env = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "scrm.settings.dev", "DATABASE_URL": server.home.database_url, "SCRM_HOME": str(server.home.root),
        "SCRM_SECRET_KEY": "x" * 50, "SCRM_EMBEDDING_BASE_URL": endpoint.url, "SCRM_EMBEDDING_API_KEY": endpoint.key, "REDIS_URL": "redis://127.0.0.1:1/0",
    }  # fmt: skip
    return subprocess.Popen([sys.executable, *words], env=env, cwd=ROOT, text=True, **options)


def kill(server: Postgres) -> None:
    """The postmaster and, since they are its group, every backend: nobody writes a checkpoint."""
    os.killpg(os.getpgid(server.process.pid), signal.SIGKILL)
    server.process.wait()
    server.process = None


def test_search_equals_a_scan_after_every_crash(own_postgres):
    rng = random.Random(5)
    with Endpoint() as endpoint:
        own_postgres.start()
        assert run(own_postgres, endpoint, "manage.py", "migrate", "-v0", "--skip-checks").wait() == 0
        for crash in range(KILLS):
            writer = run(own_postgres, endpoint, str(CHILD), "write", str(crash), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
            assert writer.stdout.readline() == "writing\n"
            threading.Event().wait(1 + 3 * rng.random())
            kill(own_postgres)
            writer.communicate(timeout=60)
            assert writer.returncode != 0
            own_postgres.start()
            seen = json.loads(run(own_postgres, endpoint, str(CHILD), "check", stdout=subprocess.PIPE).communicate(timeout=120)[0])
            assert seen["documents"] > 0
            assert seen["live"] == seen["lexical"] == seen["vectors"] == seen["counted"]
            assert (seen["terms_equal"], seen["differences"]) == (True, [])
            assert seen["length"][0] == seen["length"][1]
