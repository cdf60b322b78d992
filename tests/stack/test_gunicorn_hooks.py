"""A web process is warm before its first request."""

import os
import subprocess
import time
import urllib.request

from django.conf import settings
from django.db import connection

from scrm.stack import ports, processes
from scrm.stack.children import kill_group
from tests.conftest import child_environment


def connections() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")
        return cursor.fetchone()[0]


def test_every_thread_has_its_database_connection_before_the_first_request(transactional_db):
    before, address = connections(), f"127.0.0.1:{ports.free_port('127.0.0.1', 18000 + os.getpid() % 1000)}"
    web = subprocess.Popen(processes.web(address).command, env=child_environment(), cwd=settings.BASE_DIR, start_new_session=True)
    wanted = processes.WEB_WORKERS * processes.WEB_THREADS
    try:
        deadline = time.monotonic() + 30
        while connections() - before < wanted and time.monotonic() < deadline:
            time.sleep(0.05)
        assert connections() - before == wanted
        with urllib.request.urlopen(f"http://{address}/healthz", timeout=10) as answer:
            assert answer.status == 200
        assert connections() - before == wanted
    finally:
        kill_group(web.pid)
        web.wait()
