"""What every test stands on: real servers of its own, no network, and on request a model, a worker, a browser."""

import ipaddress
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

from scrm.stack.services import Services

HOME = Path(os.environ["SCRM_TEST_HOME"])


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


@pytest.fixture(scope="session", autouse=True)
def services() -> Iterator[Services]:
    """Postgres and Redis in a temporary SCRM_HOME, gone afterwards. fsync is off: tests kill processes, not machines."""
    running = Services(settings.SCRM_HOME, environ={}, extra={"fsync": "off", "full_page_writes": "off"})
    running.start()
    yield running
    running.stop()
    shutil.rmtree(HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(services, django_db_setup):
    """The servers first, then pytest-django's test database."""
