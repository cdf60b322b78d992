"""A request must never wait for the broker."""

import threading

import pytest

from conversations.channels import nudge


class Broker:
    """Hangs until `free` is set. `got` holds what was sent, `last` is set by row 4."""

    def __init__(self):
        self.free, self.busy, self.last = threading.Event(), threading.Event(), threading.Event()
        self.got: list = []

    def send(self, task, row_id):
        self.busy.set()
        self.free.wait(10)
        self.got.append((task, row_id))
        if row_id == 4:
            self.last.set()


@pytest.fixture
def broker(monkeypatch):
    made = Broker()
    monkeypatch.setattr(nudge, "send", made.send)
    yield made
    made.free.set()


def test_nudging_does_not_wait_and_does_not_double(broker):
    nudger = nudge.Nudger()
    nudger.nudge("pull", 1)
    assert broker.busy.wait(10)
    for row_id in [2, 3] * 50 + [4]:
        nudger.nudge("pull", row_id)
    assert broker.got == []
    broker.free.set()
    assert broker.last.wait(10)
    assert broker.got == [("pull", 1), ("pull", 2), ("pull", 3), ("pull", 4)]
