"""Database and queue of one copy: the embedded ones, or those the environment names."""

import fcntl
import os
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from scrm.stack import external, folders
from scrm.stack.errors import StackError
from scrm.stack.home import Home
from scrm.stack.postgres import Postgres
from scrm.stack.redis import Redis


class Services:
    """Finds or starts Postgres and Redis. `urls` holds DATABASE_URL and REDIS_URL once started."""

    def __init__(self, root: Path, *, environ: Mapping[str, str] = os.environ, extra: Mapping[str, str] | None = None):
        self.home = Home(root)
        self.given = {name: environ.get(name, "").strip() for name in ("DATABASE_URL", "REDIS_URL")}
        self.postgres = Postgres(self.home, extra=extra)
        self.redis = Redis(self.home)
        self.urls: dict[str, str] = {}
        self._lock: IO | None = None

    def start(self) -> dict[str, str]:
        """Raises StackError with one sentence; what was started by then has been stopped."""
        folders.require_space(self.home.root)
        folders.prepare(self.home)
        self._take_lock()
        try:
            self.urls["DATABASE_URL"] = self._database()
            self.urls["REDIS_URL"] = self._queue()
        except BaseException:
            self.stop()
            raise
        return self.urls

    def _database(self) -> str:
        if url := self.given["DATABASE_URL"]:
            external.postgres_check(url)
            return url
        return self.postgres.start()

    def _queue(self) -> str:
        if url := self.given["REDIS_URL"]:
            external.redis_check(url)
            return url
        return self.redis.start()

    def stop(self) -> None:
        self.redis.stop()
        self.postgres.stop()
        self._release_lock()

    def _take_lock(self) -> None:
        """One supervisor a SCRM_HOME; the kernel frees the lock of a killed one."""
        self._lock = (self.home.run / "up.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.seek(0)
            holder = self._lock.read().strip()
            self._lock.close()
            self._lock = None
            raise StackError(
                _("A copy is already running in %(path)s (process %(pid)s). Stop it, or set another SCRM_HOME and PORT.")
                % {"path": self.home.root, "pid": holder}
            ) from error
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def _release_lock(self) -> None:
        if self._lock is not None:
            self._lock.truncate(0)
            self._lock.close()
            self._lock = None
        if self.home.sockets != self.home.run and self.home.sockets.is_dir():
            for leftover in self.home.sockets.iterdir():
                leftover.unlink()
            self.home.sockets.rmdir()
