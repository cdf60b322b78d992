"""SCRM_HOME: where every file of one copy lies. Pure paths; settings import this before Django is ready."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

# A unix socket's path holds 107 bytes on Linux; the longest name below the folder is `postgres/.s.PGSQL.5432.lock`.
SOCKET_DIR_BYTES = 78
DATABASE = "zhike"


@dataclass(frozen=True)
class Home:
    """The folders of one copy. `root`: absolute path of SCRM_HOME, of any length."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def redis(self) -> Path:
        return self.root / "redis"

    @property
    def logs(self) -> Path:
        return self.root / "logs"

    @property
    def run(self) -> Path:
        """Locks and process ids."""
        return self.root / "run"

    @property
    def sockets(self) -> Path:
        """Inside SCRM_HOME when its path is short enough, else a private folder in /tmp named by the path's hash."""
        if len(os.fsencode(self.run)) <= SOCKET_DIR_BYTES:
            return self.run
        digest = hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]
        return Path(f"/tmp/zhike-{os.geteuid()}-{digest}")

    @property
    def postgres_socket(self) -> Path:
        return self.sockets / "postgres"

    @property
    def redis_socket(self) -> Path:
        return self.sockets / "redis.sock"

    @property
    def database_url(self) -> str:
        return f"postgres://postgres@/{DATABASE}?host={quote(str(self.postgres_socket))}"

    @property
    def redis_url(self) -> str:
        return f"unix://{quote(str(self.redis_socket))}"
