"""The virtual environment of the peers, made once under SCRM_HOME/cache."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from scrm.core.errors import Unavailable

HERE = Path(__file__).parent
TIMEOUT_S = 3600

Say = Callable[[str], None]


def python(say: Say) -> Path:
    """The environment's interpreter; installed on first use, and again when requirements.txt changes. Raises Unavailable."""
    wanted = (HERE / "requirements.txt").read_bytes()
    folder = settings.SCRM_HOME / "cache" / f"peers-{hashlib.sha256(wanted).hexdigest()[:12]}"
    program = folder / "bin" / "python"
    if not (folder / "ready").exists():
        say(f"installing the peers into {folder}")
        shutil.rmtree(folder, ignore_errors=True)
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(program), "-m", "pip", "install", "--quiet", "--requirement", str(HERE / "requirements.txt")])
        (folder / "ready").touch()
    return program


def peer(program: Path, name: str, folder: Path) -> dict:
    """What child.py prints. The one peer in Postgres uses a temporary table of the product's own database. Raises Unavailable."""
    return json.loads(_run([str(program), str(HERE / "child.py"), name, str(folder)], PEERS_DSN=_dsn()).splitlines()[-1])


def _dsn() -> str:
    from psycopg.conninfo import make_conninfo

    known = connection.get_connection_params()
    return make_conninfo(**{name: known[name] for name in ("host", "port", "user", "password", "dbname") if known.get(name)})


def _run(command: list[str], **extra: str) -> str:
    quiet = {"ANONYMIZED_TELEMETRY": "False", "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, env=os.environ | quiet | extra, check=False)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or [""])[-1]
        raise Unavailable(_("%(program)s failed: %(reason)s") % {"program": " ".join(command[:4]), "reason": reason})
    return done.stdout
