"""Configuration file of gunicorn: a web process takes its first request after it has paid for what first requests pay for."""

import contextlib
import logging
from threading import Barrier, BrokenBarrierError

PATIENCE_S = 10

log = logging.getLogger(__name__)


def post_worker_init(worker) -> None:
    """Gunicorn's hook, after the application is loaded and before the first connection: every thread opens its database connection.

    Callbacks of a channel come in bursts right after a restart too, and opening takes longer than answering one. A database that is down
    is no obstacle: the threads try again with their first requests.
    """
    _pass_through(worker.wsgi)
    together = Barrier(worker.cfg.threads)
    for opening in [worker.tpool.submit(_open_connection, together) for _ in range(worker.cfg.threads)]:
        opening.result()


def _pass_through(application) -> None:
    """A callback for an account that does not exist takes the way of all callbacks: views are imported, routes and translations read."""
    from wsgiref.util import setup_testing_defaults

    from django.db import connections

    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/hooks/wecom_kf/-/", "CONTENT_LENGTH": "0"}
    setup_testing_defaults(environ)
    refusals = logging.getLogger("django.request")
    refusals.disabled = True  # nobody was refused
    try:
        list(application(environ, lambda *start: None))
    finally:
        refusals.disabled = False
        connections.close_all()  # this thread serves nobody


def _open_connection(together: Barrier) -> None:
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
    except DatabaseError as error:
        log.warning("no database connection yet: %s", type(error).__name__)
    with contextlib.suppress(BrokenBarrierError):
        together.wait(PATIENCE_S)  # each thread takes one of these calls and no thread two
