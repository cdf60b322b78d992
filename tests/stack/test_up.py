"""The whole product as a newcomer runs it: `manage.py up` in folders and on ports of its own."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings

from scrm.stack.home import Home

START_S = 150
STOP_S = 45

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db]  # the database: also when these are run alone


@dataclass
class Copy:
    """A running `manage.py up`."""

    home: Home
    port: int
    process: subprocess.Popen
    output: Path

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def await_greeting(self) -> None:
        deadline = time.monotonic() + START_S
        while f"http://127.0.0.1:{self.port}" not in self.output.read_text():
            assert self.process.poll() is None, self.output.read_text()
            assert time.monotonic() < deadline, self.output.read_text()
            time.sleep(0.1)

    def await_end(self) -> int:
        return self.process.wait(STOP_S)

    def await_gone(self) -> None:
        """The kernel ends what a process leaves behind, a moment after it."""
        deadline = time.monotonic() + STOP_S
        while left := self.processes():
            assert time.monotonic() < deadline, left
            time.sleep(0.1)

    def processes(self) -> list[str]:
        """Command lines of what works for this copy, by the SCRM_HOME in their environment or arguments."""
        return [line for pid in Path("/proc").glob("[0-9]*") if (line := _belongs(pid, self.home.root))]


def _belongs(folder: Path, root: Path) -> str:
    try:
        line, environment = (folder / "cmdline").read_bytes(), (folder / "environ").read_bytes()
    except OSError:
        return ""
    mine = os.fsencode(f"SCRM_HOME={root}\0") in environment or os.fsencode(f"{root}/") in line
    return line.replace(b"\0", b" ").decode(errors="replace") if mine and line else ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def up(tmp_path, models_folder, prepared_files) -> Iterator:
    """Start copies: `up("name")`; what still runs is killed after the test."""
    started: list[Copy] = []

    def start(name: str, *arguments: str, port: int = 0, **env: str) -> Copy:
        root = tmp_path / name
        root.mkdir(exist_ok=True)
        if not (root / "models").exists():
            (root / "models").symlink_to(models_folder.resolve())
        port = port or free_port()
        environment = {name: value for name, value in os.environ.items() if name not in {"SCRM_TEST_HOME", "DATABASE_URL", "REDIS_URL"}}
        environment |= {"DJANGO_SETTINGS_MODULE": "scrm.settings.dev", "SCRM_HOME": str(root), "PORT": str(port), **env}
        output = tmp_path / f"{name}.out"
        with output.open("w") as file:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "up", *arguments], cwd=settings.BASE_DIR, env=environment, stdout=file,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        started.append(Copy(Home(root), port, process, output))
        return started[-1]

    yield start
    for copy in started:
        copy.process.kill()
        copy.process.wait()
        shutil.rmtree(copy.home.sockets, ignore_errors=True)  # of a killed one whose path was too long; the next start would take it


@pytest.fixture(scope="session")
def prepared_files(django_db_setup, django_db_blocker, models_folder) -> None:
    """The default model's serving files exist, whatever the database says of them."""
    from scrm.ai.services.encoders import encoder_prepare

    if not any(models_folder.glob("serving/*/manifest.json")):
        with django_db_blocker.unblock():
            encoder_prepare(source=settings.EMBEDDING_MODEL)


def test_two_copies_side_by_side(up):
    """One with the demo shop, one whose path is too long for a socket; the first is interrupted, then the second is killed."""
    shop, other = up("shop"), up("o" * 120, "--no-demo")
    for copy in (shop, other):
        copy.await_greeting()
        assert copy.get("/healthz") == (200, b"ok")
        assert json.loads(copy.get("/readyz")[1])["ready"] is True
    assert "演示店铺" in shop.output.read_text() or "zhike-demo" in shop.output.read_text()
    assert "zhike-demo" not in other.output.read_text()
    doctor = subprocess.run(
        [sys.executable, "manage.py", "doctor", "--json"], cwd=settings.BASE_DIR, capture_output=True, check=False,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "scrm.settings.dev", "SCRM_HOME": str(shop.home.root), "PORT": str(shop.port)},
    )  # fmt: skip
    assert [row for row in json.loads(doctor.stdout)["checks"] if not row["ok"]] == []

    shop.process.send_signal(signal.SIGINT)
    assert shop.await_end() == 0
    assert shop.processes() == []
    assert not shop.home.postgres_socket.exists()
    assert not shop.home.redis_socket.exists()
    assert other.get("/readyz")[0] == 200

    other.process.kill()
    other.await_end()
    other.await_gone()

    again = up("shop", port=shop.port)
    again.await_greeting()
    assert again.get("/readyz")[0] == 200
    again.process.send_signal(signal.SIGTERM)
    assert again.await_end() == 0


@pytest.mark.parametrize(
    ("env", "said"),
    [
        ({"DATABASE_URL": "postgres://nobody@127.0.0.1:9/none"}, "DATABASE_URL"),
        ({"REDIS_URL": "redis://127.0.0.1:9/0"}, "REDIS_URL"),
    ],
)
def test_a_server_that_cannot_be_used_stops_the_start(up, env, said):
    copy = up("unfit", **env)
    assert copy.await_end() == 1
    assert said in copy.output.read_text()
    assert "Traceback" not in copy.output.read_text()
    assert copy.processes() == []


def test_a_taken_port_stops_the_start(up):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        copy = up("port", port=port)
        assert copy.await_end() == 1
    assert str(port) in copy.output.read_text()
    assert "PORT=" in copy.output.read_text()
    assert copy.processes() == []


def test_an_interrupted_start_leaves_nothing(up):
    copy = up("early")
    deadline = time.monotonic() + START_S
    while not copy.home.postgres_socket.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)
    copy.process.send_signal(signal.SIGINT)
    copy.await_end()
    copy.await_gone()
