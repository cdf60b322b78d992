import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scrm.stack.children import kill_group
from scrm.stack.errors import StackError
from scrm.stack.processes import Program
from scrm.stack.supervisor import Supervisor


def python(code: str, name: str = "child") -> Program:
    return Program(name, (sys.executable, "-c", code))


@pytest.fixture
def supervisor(tmp_path):
    running = Supervisor(logs=tmp_path, folder=tmp_path, env={"GREETING": "hello"})
    yield running
    running.stop()


def until(supervisor: Supervisor, condition) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        supervisor.check()
        assert time.monotonic() < deadline


def test_output_is_prefixed_and_logged(supervisor, tmp_path, capfd):
    supervisor.run(python("import os; print(os.environ['GREETING'])"))
    until(supervisor, lambda: (tmp_path / "child.log").exists() and (tmp_path / "child.log").read_text() == "hello\n")
    until(supervisor, lambda: "hello" in capfd.readouterr().out)  # the terminal hears of it just after the file


def test_a_failed_step_says_its_last_line(supervisor):
    with pytest.raises(StackError, match="child"):
        supervisor.run(python("import sys; sys.exit('disk on fire')"))


def test_the_dead_come_back(supervisor):
    supervisor.settled = True
    supervisor.start(python("import signal; signal.pause()"))
    child = supervisor.children[0]
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    until(supervisor, lambda: child.process is not None and child.process.pid != first)


def test_what_keeps_dying_at_the_start_ends_the_start(supervisor):
    supervisor.start(python("raise SystemExit(3)"))
    with pytest.raises(StackError, match="3"):
        until(supervisor, lambda: False)


def test_stop_leaves_nobody(supervisor):
    """Neither the child, nor what it started, nor one that ignores SIGTERM."""
    stubborn = "import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN); "
    program = Program(
        "child",
        (sys.executable, "-c", stubborn + "p = subprocess.Popen(['sleep', '1000']); print(p.pid, flush=True); signal.pause()"),
        stages=((signal.SIGTERM, 0.2),),
    )
    supervisor.start(program)
    child = supervisor.children[0]
    until(supervisor, lambda: bool(child.last_lines))
    pids = [child.process.pid, int(child.last_lines[0])]
    supervisor.stop()
    assert [pid for pid in pids if _lives(pid)] == []


def test_children_do_not_outlive_a_killed_parent(tmp_path):
    code = (
        "import signal, sys; from pathlib import Path; from scrm.stack.children import spawn; "
        "print(spawn(['sleep', '1000']).pid, flush=True); signal.pause()"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    child = int(parent.stdout.readline())
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while _lives(child):
        assert time.monotonic() < deadline


def _lives(pid: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


@pytest.fixture
def make(tmp_path):
    """A make whose recipe waits, in Python, for make to be interrupted."""
    watch = "from scrm.stack.parent import make_interrupted as m; print(m(), flush=True); exec('while not m(): pass')"
    (tmp_path / "Makefile").write_text(f'up:\n\t@exec {sys.executable} -c "{watch}"\n')
    outside = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}  # this may run below `make test`
    command = ["make", "-f", str(tmp_path / "Makefile"), "up"]
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in a suite that runs in the background, and inherited
    process = subprocess.Popen(command, env=outside, stdout=subprocess.PIPE, text=True, start_new_session=True)
    signal.signal(signal.SIGINT, before)
    yield process
    kill_group(process.pid)
    process.wait()


def test_an_interrupted_make_is_noticed(make):
    """make waits for its child after a SIGINT of its own; the child has to end by itself."""
    assert make.stdout.readline() == "False\n"
    make.send_signal(signal.SIGINT)
    assert make.wait(20) != 0
