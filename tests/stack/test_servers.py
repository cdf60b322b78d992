"""The embedded servers in folders of their own: crashes, leftovers, long paths."""

import os
import signal
from pathlib import Path

import psycopg
import pytest

from scrm.stack import folders
from scrm.stack.errors import StackError
from scrm.stack.postgres import Postgres
from scrm.stack.services import Services


@pytest.fixture
def root(tmp_path) -> Path:
    """A SCRM_HOME whose path no unix socket could hold."""
    path = tmp_path / ("long" * 30)
    path.mkdir()
    return path


@pytest.fixture
def copy(root):
    running = Services(root, environ={}, extra={"fsync": "off"})
    yield running
    running.stop()


def test_data_survive_a_killed_server(copy):
    copy.start()
    with psycopg.connect(copy.postgres.admin_dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    os.kill(copy.postgres.process.pid, signal.SIGKILL)
    copy.postgres.process.wait()
    copy.revive()
    with psycopg.connect(copy.postgres.admin_dsn) as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)


def test_a_stale_pid_file_that_names_another_program_is_no_obstacle(copy, root):
    copy.start()
    copy.stop()
    stale = root / "postgres" / "postmaster.pid"
    stale.write_text(f"{os.getpid()}\n{root / 'postgres'}\n1700000000\n5432\n/tmp\n\n  123  456\nready   \n")
    copy.start()
    with psycopg.connect(copy.postgres.admin_dsn) as connection:
        assert connection.execute("SHOW jit").fetchone() == ("off",)


def test_a_server_left_by_a_killed_parent_is_replaced(copy, root):
    copy.start()
    leftover = copy.postgres.process
    fresh = Postgres(copy.home, extra={"fsync": "off"})
    fresh.start()
    assert leftover.wait(10) == 0
    fresh.stop()


def test_nothing_is_left_after_stop(copy, root):
    copy.start()
    sockets, pids = copy.home.sockets, [copy.postgres.process.pid, copy.redis.process.pid]
    copy.stop()
    assert not sockets.exists()
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []


def test_a_home_has_one_master(copy, root):
    copy.start()
    second = Services(root, environ={})
    with pytest.raises(StackError, match=str(os.getpid())):
        second.start()
    second.stop()
    with psycopg.connect(copy.postgres.admin_dsn) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_full_disk_is_said_before_anything_starts(root, monkeypatch):
    monkeypatch.setattr(folders, "FIRST_START_MB", folders.free_mb(root) + 1000)
    with pytest.raises(StackError, match=str(root)):
        Services(root, environ={}).start()
    assert list(root.iterdir()) == []


def test_an_interrupted_first_start_is_begun_again(copy, root):
    (root / "postgres.new").mkdir()
    (root / "postgres.new" / "PG_VERSION").write_text("18")
    copy.start()
    assert (root / "postgres" / "PG_VERSION").exists()
