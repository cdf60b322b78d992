"""What a Celery process does when it comes up and goes down: give signs of life, and load the model before the first customer."""

import logging
import os
import threading

from celery.signals import beat_init, worker_ready, worker_shutting_down
from django.db import DatabaseError, connection

from scrm.core.errors import ScrmError
from scrm.stack.heartbeats import Heartbeat

log = logging.getLogger(__name__)

RETRY_S = 5.0
_alive: list[Heartbeat] = []
_model_loaded = threading.Event()


@worker_ready.connect(dispatch_uid="stack.worker_ready")
def worker_up(sender, **kwargs) -> None:
    queues = list(sender.app.amqp.queues.consume_from)
    if "interactive" in queues:
        threading.Thread(target=warm_model, name="warm model", daemon=True).start()
    for queue in queues:
        _start(f"worker:{queue}")


@worker_shutting_down.connect(dispatch_uid="stack.worker_down")
def worker_down(**kwargs) -> None:
    while _alive:
        _alive.pop().stop()


@beat_init.connect(dispatch_uid="stack.beat_init")
def beat_up(**kwargs) -> None:
    _start("beat")


def _start(kind: str) -> None:
    heartbeat = Heartbeat(kind, facts=lambda: {"pid": os.getpid(), "model": _model_loaded.is_set()})
    _alive.append(heartbeat)
    heartbeat.start()


def warm_model() -> None:
    """Load the active query encoder, so that the first customer does not wait for it; try again until there is one."""
    while not _model_loaded.is_set():
        try:
            _load()
            _model_loaded.set()
        except (ScrmError, DatabaseError, OSError) as error:
            log.warning("the model is not loaded yet: %s", error)
            threading.Event().wait(RETRY_S)
    connection.close()


def _load() -> None:
    from scrm.ai import encoders
    from scrm.ai.selectors import active_release

    encoders.load(active_release().query_encoder).encode_queries(["你好"])
