"""Was the `make` that started us interrupted?

Ctrl-C at a terminal reaches make and us alike. A SIGINT sent to make alone (by a script, an IDE's stop button) does not: make
passes SIGTERM on to its children but for SIGINT only waits for them, with the signal blocked meanwhile. That block is visible.
"""

import os
import signal
from pathlib import Path


def make_interrupted() -> bool:
    """True while our parent is a make that waits for us after a SIGINT. False where there is no /proc."""
    parent = Path(f"/proc/{os.getppid()}")
    try:
        if (parent / "comm").read_text().strip() not in ("make", "gmake"):
            return False
        status = (parent / "status").read_text()
    except OSError:
        return False
    blocked = next(line.split()[1] for line in status.splitlines() if line.startswith("SigBlk:"))
    return bool(int(blocked, 16) & 1 << (signal.SIGINT - 1))
