"""A running copy of the product for tests: web server and interactive worker as processes, the simulator in this one."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import quote

import httpx
from django.conf import settings
from django.db import connection

from conversations.simulator.server import SimulatorServer
from scrm.core.tasks import send
from scrm.stack import processes

ROOT = Path(__file__).resolve().parents[2]
DRAINS = ("conversations.events_drain", "conversations.turns_drain", "conversations.outbound_drain")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def database_url() -> str:
    """The test database's URL, for other processes."""
    values = connection.settings_dict
    user, name, host = (quote(values[key] or "") for key in ("USER", "NAME", "HOST"))
    return (
        f"postgres://{user}@/{name}?host={host}" if values["HOST"].startswith("/") else f"postgres://{user}@{host}:{values['PORT']}/{name}"
    )


class Copy:
    """`with Copy(tmp_path) as copy`: web server, simulator and one worker run; `kill_worker` and `start_worker` are the test's to call."""

    def __init__(self, folder: Path):
        self.simulator = SimulatorServer(port=0, file=folder / "simulator.db")
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.worker: subprocess.Popen | None = None
        self._web: subprocess.Popen | None = None
        self._log = (folder / "processes.log").open("ab")
        self._stopped = threading.Event()

    def __enter__(self) -> "Copy":
        threading.Thread(target=self.simulator.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        self._web = self._spawn(processes.web(f"127.0.0.1:{self.port}").command)
        self.start_worker()
        self._wait_for_web()
        threading.Thread(target=self._drain, daemon=True).start()
        return self

    def __exit__(self, *error) -> None:
        self._stopped.set()
        for process in (self.worker, self._web):
            process.kill()
            process.wait()
        self.simulator.close()
        self._log.close()

    def start_worker(self) -> None:
        self.worker = self._spawn(processes.worker("interactive").command)

    def kill_worker(self) -> None:
        """As the machine would: no chance to finish anything."""
        self.worker.send_signal(signal.SIGKILL)
        self.worker.wait()

    def _spawn(self, command: tuple[str, ...]) -> subprocess.Popen:
        env = os.environ | {
            "DATABASE_URL": database_url(),
            "REDIS_URL": settings.REDIS_URL,
            "PORT": str(self.port),
            "SCRM_SIMULATOR_PORT": str(self.simulator.port),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), *sys.path])),
        }
        return subprocess.Popen(command, cwd=ROOT, env=env, stdout=self._log, stderr=subprocess.STDOUT)

    def _wait_for_web(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                httpx.get(f"{self.url}/hooks/wecom_kf/none/", trust_env=False, timeout=60)
                return
            except httpx.ConnectError:
                self._stopped.wait(0.2)
        raise AssertionError("the web server did not start")

    def _drain(self) -> None:
        """What beat does, more often."""
        while not self._stopped.wait(1):
            for name in DRAINS:
                send(name)
