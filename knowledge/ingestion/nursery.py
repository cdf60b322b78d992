"""Children for the sandbox without their start: one process a worker has the parsers' modules loaded and forks a fresh child a file.

A child has the limits, the empty folder and the killing of one started anew; what it saves is a new Python and its imports for each
file. The nursery itself never opens a file, and never sees the worker's memory:
it is started as a program of its own. A guard between the two ends the child when the worker closes its line or dies.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

LINE = 1 << 16
KILLED = -signal.SIGKILL
BURIAL_S = 5


class Child:
    """One forked process. `returncode` as subprocess gives it; leaving the block kills what still runs."""

    def __init__(self, line: socket.socket, nursery: "Nursery"):
        self.line, self.nursery = line, nursery

    def __enter__(self) -> "Child":
        return self

    def __exit__(self, *_unused) -> None:
        """The guard kills what still runs when our half closes, and is gone afterwards: nothing writes into the folder any more."""
        with self.line, suppress(OSError):
            self.line.shutdown(socket.SHUT_WR)
            self.line.settimeout(BURIAL_S)
            while self.line.recv(LINE):
                pass

    def wait(self, timeout_s: float) -> int:
        """Raises TimeoutError. A guard that fell counts as killed."""
        self.line.settimeout(timeout_s)
        said = self.line.recv(LINE).split()
        if not said:
            return KILLED
        self.nursery.peak = max(self.nursery.peak, int(said[1]))
        return int(said[0])


class Nursery:
    """The worker's side. Starts the process at the first child, and again when it is gone or belongs to the process we were forked from."""

    def __init__(self, code: str, root: Path, environment: dict[str, str]):
        self._command, self._environment = [sys.executable, "-I", "-c", code, str(root)], environment
        self._lock, self._owner, self._process, self._line = threading.Lock(), 0, None, None
        self.peak = 0  # bytes of memory that the largest child so far took

    def child(self, arguments: list[str], folder: str, stdin: int, stdout: int, news: int) -> Child:
        """Forks one. The three descriptors remain the caller's to close. Raises OSError."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._send(json.dumps([folder, arguments]).encode(), [stdin, stdout, news, theirs.fileno()])
        return Child(ours, self)

    def _send(self, order: bytes, descriptors: list[int]) -> None:
        with self._lock:
            try:
                self._started()
                socket.send_fds(self._line, [order], descriptors)
            except BrokenPipeError:
                self._owner = 0
                self._started()
                socket.send_fds(self._line, [order], descriptors)

    def _started(self) -> None:
        if self._owner == os.getpid() and self._process.poll() is None:
            return
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self._process = subprocess.Popen(
                self._command, stdin=theirs, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=self._environment, cwd="/",
                start_new_session=True,
            )  # fmt: skip
        self._line, self._owner = ours, os.getpid()


def serve(load: Callable[[], None], run: Callable[[list[str]], None]) -> None:
    """The nursery's side: standard input is the line to the worker. load(): imports once; run(arguments): in the child, does not return."""
    load()
    line = socket.socket(fileno=0)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # guards need no burial
    while True:
        order, descriptors, _flags, _address = socket.recv_fds(line, LINE, 4)
        if not order:
            return
        if os.fork() == 0:
            _guard(json.loads(order), descriptors, run)
        for descriptor in descriptors:
            os.close(descriptor)


def _guard(order: list, descriptors: list[int], run: Callable[[list[str]], None]) -> None:
    folder, arguments = order
    stdin, stdout, news, line = descriptors
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    child = os.fork()
    if child == 0:
        os.setsid()
        os.chdir(folder)
        os.dup2(stdin, 0)
        os.dup2(stdout, 1)
        os.dup2(news, 3)
        os.closerange(4, 1024)
        sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")  # the old objects remember the line, which was not seekable
        run(arguments)
        os._exit(0)
    os.dup2(line, 0)  # of the line to the worker nothing is left here
    os.closerange(3, 1024)
    os.dup2(2, 1)
    ended = os.pidfd_open(child)
    happened, _, _ = select.select([0, ended], [], [])
    if ended not in happened:
        os.kill(child, signal.SIGKILL)
    _pid, status, usage = os.wait4(child, 0)
    if ended in happened:
        os.write(0, b"%d %d" % (os.waitstatus_to_exitcode(status), usage.ru_maxrss * 1024))
    os._exit(0)
