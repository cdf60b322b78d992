"""The far end of the wire: the simulator in a thread, with calls of its /_sim API."""

import threading

import httpx
import pytest

from conversations.channels.wecom_kf.client import Credentials, WecomClient
from conversations.channels.wecom_kf.tokens import shared_redis
from conversations.simulator.server import SimulatorServer

ACCOUNT = {
    "open_kfid": "wk1",
    "corp_id": "ww12345678910",
    "secret": "s3cret",
    "token": "QDG6eK",
    "aes_key": "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
    "callback_url": "http://127.0.0.1:9/none",
}


class Phone:
    """Calls of /_sim; every answer must be a success."""

    def __init__(self, base: str):
        self.base = base
        self._http = httpx.Client(base_url=f"{base}/_sim/", trust_env=False, timeout=20)

    def post(self, path: str, **asked) -> dict:
        return self._http.post(path, json=asked).raise_for_status().json()

    def get(self, path: str, **asked) -> dict:
        return self._http.get(path, params=asked).raise_for_status().json()

    def customer(self, nickname: str = "小李", open_kfid: str = "wk1") -> str:
        return self.post("customers", open_kfid=open_kfid, nickname=nickname)["external_userid"]

    def replies(self, external_userid: str) -> list[dict]:
        return [item for item in self.get("chat", external_userid=external_userid)["items"] if item["side"] == "api"]

    def close(self) -> None:
        self._http.close()


@pytest.fixture
def simulator(tmp_path):
    """A running simulator server."""
    server = SimulatorServer(port=0, file=tmp_path / "simulator.db")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield server
    server.close()
    thread.join()


@pytest.fixture
def phone(simulator):
    """The customer's side, with the account wk1 registered and a callback address where nobody listens."""
    phone = Phone(f"http://127.0.0.1:{simulator.port}")
    phone.post("accounts", **ACCOUNT)
    yield phone
    phone.close()


@pytest.fixture
def credentials(simulator):
    return Credentials(corp_id=ACCOUNT["corp_id"], secret=ACCOUNT["secret"], api_base=f"http://127.0.0.1:{simulator.port}")


@pytest.fixture
def wecom(credentials, phone):
    """A client of the simulated server API, with nothing remembered from other tests."""
    client = WecomClient(credentials)
    client.tokens.forget()
    yield client
    shared_redis.cache_clear()
