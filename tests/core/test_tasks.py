"""Publishing after commit: once a transaction, or done by the caller."""

import pytest
from django.db import transaction

from scrm.core import tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def sent(monkeypatch):
    names: list = []
    monkeypatch.setattr(tasks.current_app, "send_task", lambda name, args, **_: names.append((name, *args)))
    return names


def test_a_transaction_publishes_the_same_task_once(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        for number in (1, 1, 2, 1):
            tasks.send_after_commit("outbound", number)
    assert sent == [("outbound", 1), ("outbound", 2)]


def test_a_rolled_back_publication_does_not_hide_a_later_one(sent, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        with transaction.atomic():
            tasks.send_after_commit("outbound", 1)
            transaction.set_rollback(True)
        tasks.send_after_commit("outbound", 1)
    assert sent == [("outbound", 1)]


def test_held_tasks_are_the_callers(sent):
    with tasks.held("outbound") as spoken:
        tasks.send("outbound", 7)
        tasks.send("turn", 8)
    tasks.send("outbound", 9)
    assert spoken == [(7,)]
    assert sent == [("turn", 8), ("outbound", 9)]
