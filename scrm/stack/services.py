"""Database and queue of one copy: the embedded ones, or those the environment names."""

import fcntl
import logging
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from scrm.settings.database import parse
from scrm.stack import external, folders
from scrm.stack.errors import StackError
from scrm.stack.home import Home
from scrm.stack.postgres import Postgres
from scrm.stack.redis import Redis

log = logging.getLogger(__name__)

REVIVE_S = 2.0


class Services:
    """Finds or starts Postgres and Redis. `urls` holds DATABASE_URL and REDIS_URL once started."""

    def __init__(self, root: Path, *, environ: Mapping[str, str] = os.environ, extra: Mapping[str, str] | None = None):
        self.home = Home(root)
        self.given = {name: environ.get(name, "").strip() for name in ("DATABASE_URL", "REDIS_URL")}
        self.postgres = Postgres(self.home, extra=extra)
        self.redis = Redis(self.home)
        self.urls: dict[str, str] = {}
        self.after_crash = False
        self._lock: IO | None = None
        self._embedded: list[Postgres | Redis] = []
        self._revive_at = 0.0

    def take_home(self) -> None:
        """Make SCRM_HOME ours alone. Raises StackError when the disk is full, the folder not ours, or a copy runs in it."""
        folders.require_space(self.home.root)
        folders.prepare(self.home)
        self._take_lock()

    def start(self) -> dict[str, str]:
        """Raises StackError with one sentence; what was started by then has been stopped."""
        if self._lock is None:
            self.take_home()
        try:
            self.urls["DATABASE_URL"] = self._database()
            self.urls["REDIS_URL"] = self._queue()
        except BaseException:
            self.stop()
            raise
        return self.urls

    def _database(self) -> str:
        if url := self.given["DATABASE_URL"]:
            external.postgres_check(parse(url))
            return url
        self._embedded.append(self.postgres)
        return self.postgres.start()

    def _queue(self) -> str:
        if url := self.given["REDIS_URL"]:
            external.redis_check(url)
            return url
        self._embedded.append(self.redis)
        return self.redis.start()

    def revive(self) -> None:
        """Start again an embedded server that has died. A failure is logged and tried again after REVIVE_S seconds."""
        for server in self._embedded:
            alive = server.process is not None and server.process.poll() is None
            if alive or time.monotonic() < self._revive_at:
                continue
            log.warning("%s has ended; starting it again", type(server).__name__)
            self._revive_at = time.monotonic() + REVIVE_S
            try:
                server.start()
            except StackError as error:
                log.error("%s", error)

    def stop(self) -> None:
        """End what `start` started. A copy that another process runs in this SCRM_HOME is left alone."""
        if self._lock is None:
            return
        while self._embedded:
            self._embedded.pop().stop()
        self._release_lock()

    def _take_lock(self) -> None:
        """One supervisor a SCRM_HOME; the kernel frees the lock of a killed one, whose number then still stands in the file."""
        self._lock = (self.home.run / "up.lock").open("a+")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = self._holder()
            self._lock.close()
            self._lock = None
            raise StackError(
                _("A copy is already running in %(path)s (process %(pid)s). Stop it, or set another SCRM_HOME and PORT.")
                % {"path": self.home.root, "pid": holder}
            ) from error
        self.after_crash = bool(self._holder())
        self._lock.truncate(0)
        self._lock.write(str(os.getpid()))
        self._lock.flush()

    def _holder(self) -> str:
        self._lock.seek(0)
        return self._lock.read().strip()

    def _release_lock(self) -> None:
        self._lock.truncate(0)
        self._lock.close()
        self._lock = None
        if self.home.sockets != self.home.run and self.home.sockets.is_dir():
            for leftover in self.home.sockets.iterdir():
                leftover.unlink()
            self.home.sockets.rmdir()
