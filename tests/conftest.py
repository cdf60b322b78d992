"""What every test stands on: real servers of its own, no network, and on request a model, a worker, a browser."""

import fcntl
import ipaddress
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import TransactionTestCase

from scrm.stack import heartbeats, processes
from scrm.stack.children import kill_group
from scrm.stack.services import Services

HOME = Path(os.environ["SCRM_TEST_HOME"])
# Models are exported once a machine, not once a run; `make up` fills the same folder.
MODELS = Path(os.environ.get("SCRM_TEST_MODELS") or settings.BASE_DIR / "var" / "models")
WORKER_START_S = 60.0
# Playwright's loop runs in this thread; Django's guard would take every query after it for one inside the loop.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def _is_local(address) -> bool:
    if not isinstance(address, tuple):
        return True  # a unix socket
    host = address[0]
    try:
        return host in ("localhost", "") or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _loopback_only(real: Callable) -> Callable:
    def connect(self, address):
        if not _is_local(address):
            raise OSError(f"tests may not leave this machine: {address}")
        return real(self, address)

    return connect


socket.socket.connect = _loopback_only(socket.socket.connect)
socket.socket.connect_ex = _loopback_only(socket.socket.connect_ex)

# Once Playwright's loop runs in this thread, Django would keep another connection for "inside the loop", which knows nothing of
# the test database's set-up. Nothing here is asynchronous: one connection a thread, loop or not.
connections._connections = threading.local()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """tmp_path lies in our own folder: another run of pytest would close /tmp/pytest-of-<user> to Postgres' user."""
    HOME.mkdir(parents=True, exist_ok=True)
    config.option.basetemp = config.option.basetemp or str(HOME / "tmp")


def pytest_unconfigure() -> None:
    """With several processes (pytest -n) the first one starts no servers, but the folder is its own."""
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def services() -> Iterator[Services]:
    """Postgres and Redis in a temporary SCRM_HOME, gone afterwards. fsync is off: tests kill processes, not machines."""
    running = Services(settings.SCRM_HOME, environ={}, extra={"fsync": "off", "full_page_writes": "off"})
    running.start()
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    yield running
    running.stop()
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(services, django_db_setup, django_db_blocker):
    """The servers first, then pytest-django's test database; what migrations put into it is remembered for `_flush`."""
    with django_db_blocker.unblock():
        connection._test_serialized_contents = connection.creation.serialize_db_to_string()


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """Nobody drops the test database: its whole server goes away."""
    return True


@pytest.hookimpl(wrapper=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> Iterator[None]:
    """With several processes (pytest -n) a file stays in one of them, all of e2e too, for they share a running copy; long ones go first."""
    for item in items:
        item.add_marker(pytest.mark.xdist_group("e2e" if "/e2e/" in item.nodeid else item.nodeid.partition("::")[0]))
    yield
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=_is_quick)


def _is_quick(item: pytest.Item) -> bool:
    return not (item.get_closest_marker("e2e") or item.get_closest_marker("slow"))


def _flush(case: TransactionTestCase, real: Callable = TransactionTestCase._fixture_teardown) -> None:
    """The audit log refuses TRUNCATE to everyone; replication's role, which fires no triggers, is how a test database is emptied.

    The rows that migrations made (risk rules, roles) come back at once, so that tests may run in any order.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    case.serialized_rollback = True  # Django's signals after a flush would make some of those rows anew, under other ids
    real(case)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
    connection.creation.deserialize_db_from_string(connection._test_serialized_contents)


TransactionTestCase._fixture_teardown = _flush


@pytest.fixture(scope="session")
def models_folder(services) -> Path:
    """SCRM_HOME/models as a link to MODELS."""
    MODELS.mkdir(parents=True, exist_ok=True)
    link = settings.SCRM_HOME / "models"
    if not link.exists():
        link.symlink_to(MODELS)
    return link


@pytest.fixture
def prepared_model(models_folder, db, monkeypatch):
    """The active release of the default embedding model; the first use on a machine exports it, which takes a minute.

    Inside a test's transaction there is no vector index (Postgres builds those only outside of one): search is exact.
    """
    from scrm.ai.registry import before_activation
    from scrm.ai.services.prepare import release_prepare

    if connection.in_atomic_block:
        monkeypatch.setattr(before_activation, "_entries", {})
    with (MODELS / ".test.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return release_prepare().release


def child_environment() -> dict[str, str]:
    """For processes that work on the test database."""
    where = connection.settings_dict
    url = f"postgres://{where['USER']}@/{where['NAME']}?host={where['HOST']}"
    return {**os.environ, "DATABASE_URL": url, "REDIS_URL": settings.REDIS_URL, "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def live_worker(transactional_db, models_folder) -> Iterator[Callable[..., subprocess.Popen]]:
    """Start real Celery workers on the test database: `live_worker("interactive")` returns when it gives signs of life.

    `env`: more variables, e.g. SCRM_WECOM_API_BASE. `wait_model`: return only when the model is loaded. Kill it with
    `os.killpg(worker.pid, signal.SIGKILL)`; what still lives is ended after the test.
    """
    started: list[subprocess.Popen] = []
    _forget_queued()

    def start(queue: str, *, env: dict[str, str] | None = None, wait_model: bool = False) -> subprocess.Popen:
        program = processes.worker(queue)
        # Worker names are unique a process, so that two of a queue may live side by side.
        command = [word.replace("@%h", f"-{len(started)}@%h") for word in program.command]
        child = subprocess.Popen(
            command, env={**child_environment(), **program.env, **(env or {})}, cwd=settings.BASE_DIR, start_new_session=True
        )
        started.append(child)
        _await_life(child, queue, wait_model)
        return child

    yield start
    for child in started:
        kill_group(child.pid)
        child.wait()
    _forget_queued()


def _forget_queued() -> None:
    """Tasks of other tests name rows that are gone."""
    with heartbeats.client() as client:
        client.flushdb()


def _await_life(child: subprocess.Popen, queue: str, wait_model: bool) -> None:
    deadline = time.monotonic() + WORKER_START_S
    while time.monotonic() < deadline and child.poll() is None:
        beats = [beat for beat in heartbeats.living(f"worker:{queue}") if beat["pid"] == child.pid]
        if beats and (beats[0]["model"] or not wait_model):
            return
        time.sleep(0.1)
    raise AssertionError(f"the worker of {queue} did not come up (exit code {child.poll()})")


def chromium_path() -> str | None:
    names = (os.environ.get("CHROMIUM") or "chromium", "chromium", "chromium-browser", "google-chrome")
    return next((found for name in names if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium (playwright). Skips, and says why, on machines without one."""
    path = chromium_path()
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium, or set CHROMIUM=/path/to/it")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    """A fresh window of its own cookies, in Chinese, 1280 x 800."""
    context = browser.new_context(locale="zh-CN", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()
