"""Keeps the processes of one copy running: starts them, prefixes their output, revives the dead, ends them in order."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from django.utils.translation import gettext as _

from scrm.stack import children
from scrm.stack.errors import StackError
from scrm.stack.processes import Program

LOG_BYTES = 20 * 2**20
FIRST_DELAY_S = 1.0
LONGEST_DELAY_S = 30.0
STEADY_S = 5.0  # a worker that dies over and over while customers write is back within a second each time
DEATHS_WHILE_STARTING = 3


def say(text: str) -> None:
    """A line for the person at the terminal. A closed terminal is no reason to end."""
    try:
        print(text, flush=True)  # noqa: T201
    except (BrokenPipeError, OSError):
        pass


@dataclass
class Child:
    """A program and its present process. `revive_at`: when a dead one is started again (monotonic seconds)."""

    program: Program
    process: subprocess.Popen | None = None
    started_at: float = 0
    revive_at: float = 0
    delay: float = FIRST_DELAY_S
    deaths: int = 0
    last_lines: list[str] = field(default_factory=list)


class Supervisor:
    """Started programs live until `stop`. All methods are called from the main thread.

    `env`: variables beside our own that every program gets. `quiet`: their output goes to the log files only.
    """

    def __init__(self, *, logs: Path, folder: Path, env: Mapping[str, str], quiet: bool = False):
        self.logs = logs
        self.folder = folder
        self.env = {**os.environ, "PYTHONUNBUFFERED": "1", **env}
        self.quiet = quiet
        self.children: list[Child] = []
        self.settled = False

    def start(self, program: Program) -> None:
        child = Child(program)
        self.children.append(child)
        self._launch(child)

    def run(self, program: Program) -> None:
        """Run a program to its end, its output shown without prefix. Raises StackError when it fails."""
        child = Child(program)
        self.children.append(child)
        self._launch(child, prefix="  ", quiet=False)
        code = child.process.wait()
        self.children.remove(child)
        if code:
            raise StackError(
                _("%(command)s failed: %(line)s (log: %(log)s)")
                % {"command": program.name, "line": _last(child), "log": self.logs / f"{program.name}.log"}
            )

    def check(self) -> None:
        """Revive what has died. While starting, a program that keeps dying raises StackError."""
        now = time.monotonic()
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._mourn(child, now)
            elif child.process is None and now >= child.revive_at:
                self._launch(child)

    def stop(self) -> None:
        """Ask all to end, the last started first, so that none waits for another; then see each one out."""
        for child in reversed(self.children):
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(child.program.stages[0][0])
        while self.children:
            child = self.children.pop()
            if child.process is not None:
                children.stop(child.process, stages=child.program.stages, asked=True)

    def kill(self) -> None:
        """End all at once, without asking."""
        for child in self.children:
            if child.process is not None:
                children.kill_group(child.process.pid)

    def _launch(self, child: Child, *, prefix: str = "", quiet: bool | None = None) -> None:
        program = child.program
        child.process = children.spawn(
            program.command,
            env={**self.env, **program.env},
            output=subprocess.PIPE,
            cwd=self.folder,
            nice=program.nice,
            death_signal=program.death_signal,
        )
        child.started_at = time.monotonic()
        quiet = self.quiet if quiet is None else quiet
        target = None if quiet else prefix or f"{program.name:>11} | "
        threading.Thread(target=self._copy, args=(child, child.process.stdout, target), daemon=True).start()

    def _mourn(self, child: Child, now: float) -> None:
        children.kill_group(child.process.pid)  # whatever it had started itself
        child.deaths += 1
        if not self.settled and child.deaths >= DEATHS_WHILE_STARTING:
            raise StackError(
                _("%(name)s ended %(count)d times while starting: %(line)s (log: %(log)s)")
                % {"name": child.program.name, "count": child.deaths, "line": _last(child), "log": self.logs / f"{child.program.name}.log"}
            )
        if now - child.started_at > STEADY_S:
            child.delay = FIRST_DELAY_S
        say(_("%(name)s ended with code %(code)d; it starts again in %(delay)d s.")
            % {"name": child.program.name, "code": child.process.returncode, "delay": child.delay})  # fmt: skip
        child.process, child.revive_at = None, now + child.delay
        child.delay = min(child.delay * 2, LONGEST_DELAY_S)

    def _copy(self, child: Child, stream: IO[bytes], prefix: str | None) -> None:
        """Thread: each line to the log file, and to the terminal when `prefix` is not None."""
        path = self.logs / f"{child.program.name}.log"
        with stream:
            for raw in stream:
                line = raw.decode(errors="replace").rstrip("\n")
                child.last_lines[:] = [*child.last_lines[-9:], line]
                append(path, line)
                if prefix is not None and line.strip():
                    say(prefix + line.rsplit("\r", 1)[-1])


def append(path: Path, line: str) -> None:
    """Add a line; a file that has grown to LOG_BYTES moves to `<name>.1`. A full disk loses the line, not the process."""
    try:
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with path.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
    except OSError:
        pass


def manage(*arguments: str, name: str | None = None) -> Program:
    """`manage.py` with these arguments as a program."""
    return Program(name or arguments[0], (sys.executable, "manage.py", *arguments))


def _last(child: Child) -> str:
    lines: Sequence[str] = [line.strip() for line in child.last_lines if line.strip()]
    return lines[-1] if lines else _("no message")
