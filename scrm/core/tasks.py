"""The one door to Celery: tasks are named by string, carry ids, and leave after commit."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

PUBLISH_POLICY = {"max_retries": 1, "interval_start": 0, "interval_step": 0.1, "interval_max": 0.1}


_held: ContextVar[dict[str, list[tuple[int | str, ...]]] | None] = ContextVar("held tasks", default=None)


@contextmanager
def held(name: str) -> Iterator[list[tuple[int | str, ...]]]:
    """Tasks of this name that the block publishes are not sent: their arguments are listed for the caller, who does the work itself.

    Saves a broker round trip where the same worker would go on anyway; should it die before, the drains find the rows as ever.
    """
    listed: list[tuple[int | str, ...]] = []
    token = _held.set({**(_held.get() or {}), name: listed})
    try:
        yield listed
    finally:
        _held.reset(token)


def send(name: str, *ids: int | str, queue: str = "interactive", countdown: float | None = None) -> None:
    """Publish now. A broker that is down is logged, not raised: periodic drains find the row anyway."""
    listed = (_held.get() or {}).get(name)
    if listed is not None:
        listed.append(ids)
        return
    try:
        current_app.send_task(name, args=ids, queue=queue, countdown=countdown, retry=True, retry_policy=PUBLISH_POLICY, ignore_result=True)
    except (OperationalError, OSError) as error:
        log.warning("broker unreachable, %s waits for its drain: %s", name, type(error).__name__)


@dataclass(frozen=True)
class Publication:
    """A task waiting for its transaction to commit."""

    name: str
    ids: tuple[int | str, ...]
    queue: str
    countdown: float | None

    def __call__(self) -> None:
        send(self.name, *self.ids, queue=self.queue, countdown=self.countdown)


def send_after_commit(name: str, *ids: int | str, queue: str = "interactive", countdown: float | None = None) -> None:
    """Publish once the surrounding transaction has committed (at once when there is none); the same again in it is left out."""
    publication = Publication(name, ids, queue, countdown)
    if not any(waiting == publication for _savepoints, waiting, *_rest in transaction.get_connection().run_on_commit):
        transaction.on_commit(publication)


def stopping() -> bool:
    """Is the Celery worker that runs this being ended? False elsewhere."""
    from celery.worker import state  # the whole worker; the web process does without

    return any(each is not None and each is not False for each in (state.should_stop, state.should_terminate))  # 0 is a yes: exit code
