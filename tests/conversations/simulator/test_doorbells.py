"""Callbacks as the product receives them."""

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from conversations.channels.wecom_kf import crypto
from conversations.channels.wecom_kf.xml import callback_parse, envelope_parse
from tests.conversations.conftest import ACCOUNT


class Receiver:
    """A callback URL that remembers what came and answers `statuses` in turn, then 200."""

    def __init__(self):
        self.got: queue.Queue = queue.Queue()
        self.statuses: list[int] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.put((self.path, body))
                self.send_response(receiver.statuses.pop(0) if receiver.statuses else 200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def do_GET(self):
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                keys = {"token": ACCOUNT["token"], "encoding_aes_key": ACCOUNT["aes_key"], "receiveid": ACCOUNT["corp_id"]}
                echo = crypto.verify_url(**keys, **query).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(echo)))
                self.end_headers()
                self.wfile.write(echo)

            def log_message(self, *args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def opened(self) -> str:
        """The next callback, checked and decrypted."""
        path, body = self.got.get(timeout=10)
        query = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()}
        keys = {"token": ACCOUNT["token"], "encoding_aes_key": ACCOUNT["aes_key"], "receiveid": ACCOUNT["corp_id"]}
        return crypto.open_sealed(**keys, **query, ciphertext=envelope_parse(body).encrypt)


@pytest.fixture
def receiver(phone):
    receiver = Receiver()
    phone.post("accounts", **ACCOUNT | {"callback_url": f"http://127.0.0.1:{receiver.server.server_address[1]}/cb"})
    yield receiver
    receiver.server.shutdown()
    receiver.server.server_close()


def test_a_message_rings_with_a_usable_token(receiver, phone, wecom):
    phone.post("say", external_userid=phone.customer(), text="在吗")
    doorbell = callback_parse(receiver.opened())
    assert (doorbell.event, doorbell.open_kfid, doorbell.to_user_name) == ("kf_msg_or_event", "wk1", "ww12345678910")
    assert len(wecom.sync_msg(open_kfid="wk1", token=doorbell.token).rows) == 1


def test_refused_doorbells_are_repeated_unchanged(receiver, phone):
    receiver.statuses = [500, 500]
    phone.post("say", external_userid=phone.customer(), text="在吗")
    assert len({receiver.got.get(timeout=10) for _ in range(3)}) == 1


def test_duplicates_are_the_same_bytes(receiver, phone):
    phone.post("faults", kind="duplicate_doorbell", value=2)
    phone.post("say", external_userid=phone.customer(), text="在吗")
    assert len({receiver.got.get(timeout=10) for _ in range(3)}) == 1


def test_forged_doorbells_do_not_verify(receiver, phone):
    phone.post("faults", kind="forge_doorbell")
    phone.post("say", external_userid=phone.customer(), text="在吗")
    with pytest.raises(crypto.CallbackCryptoError):
        receiver.opened()


def test_url_verification(receiver, phone):
    assert phone.post("verify", open_kfid="wk1") == {"ok": True, "status": 200}
