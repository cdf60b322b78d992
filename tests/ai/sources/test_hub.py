import socket
import time

import pytest

from scrm.ai.sources import hub


def test_a_closed_port_is_no_hub(monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert not hub.reachable()


def test_a_hub_that_accepts_and_says_nothing_costs_seconds_only(monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    monkeypatch.setattr(hub, "REACH_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        monkeypatch.setenv("HF_ENDPOINT", f"http://127.0.0.1:{mute.getsockname()[1]}")
        started = time.monotonic()
        assert not hub.reachable()
    assert time.monotonic() - started < 2


@pytest.mark.parametrize("value", ["1", "true", "ON"])
def test_offline_is_not_asked(monkeypatch, value):
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    assert not hub.reachable()
