"""The processes of one copy: their commands, priorities and how each is asked to end."""

import os
import signal
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

# Web: processes of 8 threads stay under 250 MB; three, so that slow pages and a burst never hold up a callback (WEB_WORKERS).
WEB_WORKERS = 3
WEB_THREADS = 8
INTERACTIVE_THREADS = 8
# One process runs one thread's Python at a time: a second answers on the second core. What else there is needs no haste.
WORKERS = {"interactive": 2, "bulk": 1, "training": 1}

ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"}
# `make up` as root is one of the ways it is used; each worker need not say so on ten lines.
NO_ROOT_WARNING = {"PYTHONWARNINGS": "ignore:You're running the worker"}


@dataclass(frozen=True)
class Program:
    """`nice`: added to our own. `stages`: signals and the seconds each is given; then the group is killed."""

    name: str
    command: tuple[str, ...]
    nice: int = 0
    env: Mapping[str, str] = field(default_factory=dict)
    death_signal: signal.Signals = signal.SIGTERM
    stages: tuple[tuple[signal.Signals, float], ...] = ((signal.SIGTERM, 10.0),)


def web(address: str) -> Program:
    """`address`: host:port to listen on."""
    command = (
        sys.executable, "-m", "gunicorn", "scrm.wsgi", "--config", "python:scrm.stack.gunicorn_hooks", "--bind", address,
        "--worker-class", "gthread", "--workers", str(WEB_WORKERS), "--threads", str(WEB_THREADS),
        "--timeout", "120", "--graceful-timeout", "5", "--keep-alive", "5",
        "--worker-tmp-dir", "/dev/shm" if os.access("/dev/shm", os.W_OK) else "/tmp", "--log-level", "warning", "--no-control-socket",
    )  # fmt: skip
    return Program("web", command, env=ONE_THREAD)


def workers() -> list[Program]:
    """The workers of all queues; what comes up first answers customers."""
    return [worker(queue, number) for queue, count in WORKERS.items() for number in range(1, count + 1)]


def worker(queue: str, number: int = 1) -> Program:
    """The queue's process of this number. SIGTERM lets running tasks end; SIGQUIT gives them back to the queue (all are idempotent).

    A solo worker cannot give back: SIGQUIT would be an error within its task, and the task's row would say that it failed. It is killed,
    and the row is taken up again when its lease is over.
    """
    pool = {
        "interactive": ("--pool", "threads", "--concurrency", str(INTERACTIVE_THREADS)),
        "bulk": ("--pool", "solo"),
        "training": ("--pool", "solo"),
    }[queue]
    name = queue if number == 1 else f"{queue}-{number}"
    command = (
        sys.executable, "-m", "celery", "--quiet", "--app", "scrm", "worker", "--queues", queue, "--hostname", f"{name}@%h",
        *pool, "--without-gossip", "--without-mingle", "--loglevel", "WARNING",
    )  # fmt: skip
    return Program(
        name,
        command,
        nice={"interactive": 5, "bulk": 15, "training": 19}[queue],
        env=ONE_THREAD | NO_ROOT_WARNING | {"SCRM_ENCODER_THREADS": "1" if queue == "interactive" else ""},
        death_signal=signal.SIGKILL if "solo" in pool else signal.SIGQUIT,
        stages=((signal.SIGTERM, 8.0),) if "solo" in pool else ((signal.SIGTERM, 8.0), (signal.SIGQUIT, 5.0)),
    )


def beat() -> Program:
    command = (sys.executable, "-m", "celery", "--quiet", "--app", "scrm", "beat", "--loglevel", "WARNING")
    # When we are killed, Postgres ends in the same moment: beat would wait for it for ever to store its last times.
    return Program("beat", command, env=ONE_THREAD, death_signal=signal.SIGKILL)


def simulator(port: int) -> Program:
    return Program("simulator", (sys.executable, "manage.py", "simulator", "--port", str(port)), env=ONE_THREAD)


def local_model(port: int) -> Program:
    """Below the pages and the replies' own work: an answer that is late is quoted instead."""
    return Program("llm", (sys.executable, "manage.py", "llm_serve", "--port", str(port)), nice=10, env=ONE_THREAD)
