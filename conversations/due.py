"""The clock of the interactive workers: turns whose quiet second is over are published within a tenth of a second."""

import logging
import threading

from celery.signals import worker_ready, worker_shutting_down
from django.db import DatabaseError, InterfaceError, connection

from conversations.services.bursts import bursts_due
from scrm.core.tasks import send

log = logging.getLogger(__name__)
TICK_S, REST_S = 0.1, 2.0
_stopped = threading.Event()


@worker_ready.connect
def clock_start(sender=None, **kwargs) -> None:
    """In workers that answer customers. Several may run: each due conversation is taken by one."""
    if "interactive" in sender.app.amqp.queues.consume_from:
        threading.Thread(target=_run, name="due", daemon=True).start()


@worker_shutting_down.connect
def clock_stop(**kwargs) -> None:
    _stopped.set()


def tick() -> int:
    """Publish what is due now; how many."""
    due = bursts_due()
    for conversation_id in due:
        send("conversations.turn_run", conversation_id)
    return len(due)


def _run() -> None:
    while not _stopped.wait(TICK_S):
        try:
            tick()
        except (DatabaseError, InterfaceError) as error:  # the rows stay due: the drain of turns finds them meanwhile
            log.warning("due turns cannot be read: %s", type(error).__name__)
            connection.close()
            _stopped.wait(REST_S)
