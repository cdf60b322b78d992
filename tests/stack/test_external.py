"""Servers named by DATABASE_URL and REDIS_URL: one clear sentence for each thing that can be wrong."""

import socket
import struct
import threading
from collections.abc import Iterator

import psycopg
import pytest
from django.conf import settings

from scrm.settings.database import parse
from scrm.stack import external
from scrm.stack.errors import StackError


def url(services, *, user: str = "postgres", name: str = "zhike", **options: str) -> str:
    more = "".join(f"&{key}={value}" for key, value in options.items())
    return f"postgres://{user}@/{name}?host={services.home.postgres_socket}{more}"


def refusal(address: str) -> str:
    with pytest.raises(StackError) as caught:
        external.postgres_check(parse(address))
    return str(caught.value)


def test_a_fit_server_passes(services):
    assert external.postgres_check(parse(url(services))) == "PostgreSQL 18, pgvector 0.8.5"


def test_without_pgvector(services):
    """Postgres 18 looks for extensions where this setting says; here there are none."""
    said = refusal(url(services, options="-c%20extension_control_path=/nowhere"))
    assert "postgresql-18-pgvector" in said


def test_database_that_does_not_exist(services):
    assert "nowhere" in refusal(url(services, name="nowhere"))


def test_nobody_there():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        said = refusal(f"postgres://someone@127.0.0.1:{unused.getsockname()[1]}/zhike")
    assert "DATABASE_URL" in said


@pytest.fixture
def guest(services) -> Iterator[str]:
    """A role that may connect and nothing else."""
    with psycopg.connect(services.postgres.admin_dsn, autocommit=True) as connection:
        connection.execute("CREATE ROLE guest LOGIN")
        yield "guest"
        connection.execute("DROP ROLE guest")


def test_role_that_may_not_create(services, guest):
    said = refusal(url(services, user=guest))
    assert "CREATE EXTENSION vector" in said or "GRANT CREATE" in said


def message(kind: bytes, content: bytes) -> bytes:
    return kind + struct.pack("!I", len(content) + 4) + content


def parameter(name: str, value: str) -> bytes:
    return message(b"S", f"{name}\0{value}\0".encode())


@pytest.fixture
def old_server() -> Iterator[int]:
    """The far end of the wire: accepts a client as PostgreSQL 15 would, then hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            client, _address = listener.accept()
            with client:
                while struct.unpack("!II", client.recv(4096)[:8])[1] != 196608:  # refuse SSL and GSS until plain start-up comes
                    client.sendall(b"N")
                client.sendall(
                    message(b"R", struct.pack("!I", 0)) + parameter("server_version", "15.4") + parameter("client_encoding", "UTF8")
                    + message(b"K", struct.pack("!II", 1, 1)) + message(b"Z", b"I")
                )  # fmt: skip
                client.recv(4096)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(5)


def test_too_old(old_server):
    said = refusal(f"postgres://someone@127.0.0.1:{old_server}/zhike")
    assert "15" in said
    assert "16" in said


def test_redis_answers_its_version():
    assert external.redis_check(settings.REDIS_URL).startswith("Redis 8")


@pytest.mark.parametrize("address", ["redis://127.0.0.1:1/0", "unix:///nowhere.sock", "nonsense"])
def test_redis_that_cannot_be_used(address):
    with pytest.raises(StackError, match="REDIS_URL"):
        external.redis_check(address)
