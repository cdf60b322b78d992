"""Child processes that never outlive their parent."""

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def spawn(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    output: IO | int | None = None,
    cwd: Path | None = None,
    user: pwd.struct_passwd | None = None,
    nice: int = 0,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen:
    """Start `command` in a process group of its own; the kernel sends it `death_signal` when this process dies.

    Call from the main thread: the kernel counts the death of the starting thread as the parent's.
    """
    parent = os.getpid()

    def before_exec() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, ())  # a parent that waits with sigwait has signals blocked
        _libc.prctl(PR_SET_PDEATHSIG, death_signal)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)
        if nice:
            os.nice(nice)

    as_user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    return subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, cwd=cwd,
        start_new_session=True, preexec_fn=before_exec, **as_user,
    )  # fmt: skip


def stop(child: subprocess.Popen, *, stages: Sequence[tuple[signal.Signals, float]], asked: bool = False) -> None:
    """End a child: each signal of `stages` in turn, waiting its seconds; what then still lives in its group is killed.

    `asked`: the first signal has been sent already.
    """
    for index, (number, seconds) in enumerate(stages):
        if child.poll() is not None:
            break
        if index or not asked:
            child.send_signal(number)
        try:
            child.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    kill_group(child.pid)
    child.wait()
    _await_group(child.pid)


def _await_group(pid: int, seconds: float = 1.0) -> None:
    """Until what the child had started is gone too; not for ever, because some containers never reap orphans."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.killpg(pid, 0)
        except ProcessLookupError:
            return
        time.sleep(0.01)


def kill_group(pid: int) -> None:
    """Kill every process of the group that `pid` led."""
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
