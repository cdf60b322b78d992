"""A worker's thread keeps its connection from task to task, and gets a new one when it is dead."""

import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_postrun, task_prerun
from django.db import connection, connections

from conversations.tasks import turns_drain_task
from scrm.celery import app
from scrm.stack import processes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def fixup():
    """What Celery itself does to connections around a task, in a worker."""
    fixup = DjangoWorkerFixup(app)
    task_prerun.connect(fixup.on_task_prerun)
    task_postrun.connect(fixup.on_task_postrun)
    yield fixup
    task_prerun.disconnect(fixup.on_task_prerun)
    task_postrun.disconnect(fixup.on_task_postrun)


def served_by() -> int:
    """Run a task as a worker does; the process of Postgres that served it."""
    task_prerun.send(sender=turns_drain_task)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    task_postrun.send(sender=turns_drain_task)
    return pid


def test_tasks_share_a_connection(fixup):
    assert served_by() == served_by() == served_by()


def test_a_dead_connection_is_replaced(fixup):
    first = served_by()
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [first])
    other.close()
    assert served_by() != first


def test_two_workers_answer_customers_under_their_own_names():
    commands = {program.name: program.command for program in processes.workers()}
    assert set(commands) == {"interactive", "interactive-2", "bulk", "training"}
    assert commands["interactive-2"][commands["interactive-2"].index("--queues") + 1] == "interactive"
    assert "interactive-2@%h" in commands["interactive-2"]
