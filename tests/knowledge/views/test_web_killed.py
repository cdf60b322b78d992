"""A real web process, killed with -9 while it receives a file: nothing half remains, and the same file comes in afterwards."""

import http.client
import os
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator

import pytest
from django.conf import settings

from knowledge.models import DocumentVersion
from scrm.stack import processes
from scrm.stack.children import kill_group
from tests.conftest import child_environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
CONTENT = "规定的内容有二十来个字都写在这里。\n".encode() * 40_000
EDGE = b"edge"
HEAD = b'--edge\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
TAIL = b"\r\n--edge--\r\n"
PATIENCE_S = 60


@pytest.fixture
def web(transactional_db) -> Iterator:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started: list[subprocess.Popen] = []

    def start() -> subprocess.Popen:
        program = processes.web(f"127.0.0.1:{port}")
        started.append(
            subprocess.Popen(program.command, env={**child_environment(), **program.env}, cwd=settings.BASE_DIR, start_new_session=True)
        )
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
                connection.request("GET", "/healthz")
                connection.getresponse().read()
                return started[-1]
            except OSError:
                assert time.monotonic() < deadline, "the web process did not come up"
                threading.Event().wait(0.1)

    start.port = port
    yield start
    for child in started:
        kill_group(child.pid)
        child.wait()


def begin(client, port: int, base) -> http.client.HTTPConnection:
    """A request whose headers and the first part of whose file are sent."""
    client.get("/sign-in/")
    cookies = {name: morsel.value for name, morsel in client.cookies.items()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
    connection.putrequest("POST", f"/knowledge/{base.pk}/upload/")
    for name, value in {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": cookies.get("csrftoken", ""),
        "Accept": "application/json",
        "Content-Type": "multipart/form-data; boundary=edge",
        "Content-Length": str(len(HEAD) + len(CONTENT) + len(TAIL)),
    }.items():
        connection.putheader(name, value)
    connection.endheaders()
    connection.send(HEAD + CONTENT[: len(CONTENT) // 2])
    return connection


def test_a_killed_web_process_leaves_nothing_half(web, client, person, base, release):
    client.get("/sign-in/")
    client.force_login(person("knowledge_manager", base))
    client.cookies["csrftoken"] = "a" * 32
    process = web()
    begin(client, web.port, base)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    folder = settings.MEDIA_ROOT / "incoming"
    assert not DocumentVersion.objects.exists()
    assert list(folder.glob("*")) == []
    web()
    connection = begin(client, web.port, base)
    connection.send(CONTENT[len(CONTENT) // 2 :] + TAIL)
    answer = connection.getresponse()
    assert (answer.status, DocumentVersion.objects.get().size) == (200, len(CONTENT))
