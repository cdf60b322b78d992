"""Callbacks: encrypted doorbells to the product, repeated as WeCom repeats them (notes a.4-a.6)."""

import http.client
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

from conversations.channels.wecom_kf import crypto, xml
from conversations.simulator.world import World

TIMEOUT_S = 5
ATTEMPTS = 3
RETRY_AFTER_S = 0.5
THREADS = 40
MSG_TOKEN_S = 600


def request(method: str, url: str, body: bytes = b"") -> tuple[int, str]:
    """(status, text) of one call over a connection of its own; status 0 when there was no answer in time."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=TIMEOUT_S)
    try:
        target = f"{parts.path or '/'}?{parts.query}"
        connection.request(method, target, body=body or None, headers={"Content-Type": "text/xml"})
        answer = connection.getresponse()
        return answer.status, answer.read(4000).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()


class Doorbells:
    """Rings from a pool of threads, so that who writes a message never waits for the product."""

    def __init__(self, world: World):
        self._world = world
        self._pool = ThreadPoolExecutor(THREADS, thread_name_prefix="doorbell")
        world.ring = self.ring

    def ring(self, open_kfid: str, seq: int) -> None:
        """Announce that the account has news up to item `seq`."""
        if self._world.faults.take("drop_doorbell"):
            return
        again = self._world.faults.take("duplicate_doorbell")
        sealed = self._sealed(open_kfid)
        for _ in range(1 + (int(again.value) if again else 0)):
            self._pool.submit(self._deliver, open_kfid, seq, *sealed)

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _sealed(self, open_kfid: str) -> tuple[str, bytes]:
        """(URL, body) of one doorbell. Repetitions carry the same bytes, as WeCom's do."""
        world, account = self._world, self._world.account(open_kfid)
        token = secrets.token_urlsafe(32)
        world.store.run("INSERT INTO sync_token VALUES (?,?,?)", token, open_kfid, world.now() + MSG_TOKEN_S)
        message = xml.doorbell_render(corp_id=account["corp_id"], create_time=int(world.now()), token=token, open_kfid=open_kfid)
        encrypted = crypto.encrypt(encoding_aes_key=account["aes_key"], receiveid=account["corp_id"], message=message)
        timestamp, nonce = str(int(world.now())), str(secrets.randbelow(10**10))
        forged = world.faults.take("forge_doorbell")
        signature = "0" * 40 if forged else crypto.signature(account["token"], timestamp, nonce, encrypted)
        query = urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce})
        return f"{account['callback_url']}?{query}", xml.envelope_render(to_user_name=account["corp_id"], encrypt=encrypted).encode()

    def _deliver(self, open_kfid: str, seq: int, url: str, body: bytes) -> None:
        delay = self._world.faults.take("delay_doorbell")
        time.sleep(float(delay.value) if delay else 0)
        for attempt in range(1, ATTEMPTS + 1):
            started, clock = time.time(), time.perf_counter()
            status, text = request("POST", url, body)
            ms = (time.perf_counter() - clock) * 1000
            self._log(open_kfid, seq, attempt, started, ms, status, f"HTTP {status} {text}")
            if status == 200:
                return
            time.sleep(RETRY_AFTER_S * attempt)

    def _log(self, open_kfid: str, seq: int, attempt: int, started: float, ms: float, status: int, answer: str) -> None:
        self._world.store.run(
            "INSERT INTO doorbell (open_kfid, seq, attempt, started_at, ended_at, status) VALUES (?,?,?,?,?,?)",
            open_kfid, seq, attempt, started, started + ms / 1000, status,
        )  # fmt: skip
        self._world.wire_add(
            open_kfid=open_kfid, name="callback", request=f"kf_msg_or_event #{seq}, attempt {attempt}", answer=answer, ms=ms
        )


def verify(world: World, open_kfid: str) -> dict:
    """WeCom's URL verification (notes a.3): GET with an encrypted echo that must come back decrypted."""
    account = world.account(open_kfid)
    echo = str(secrets.randbelow(10**19))
    encrypted = crypto.encrypt(encoding_aes_key=account["aes_key"], receiveid=account["corp_id"], message=echo)
    timestamp, nonce = str(int(world.now())), str(secrets.randbelow(10**10))
    signature = crypto.signature(account["token"], timestamp, nonce, encrypted)
    query = urlencode({"msg_signature": signature, "timestamp": timestamp, "nonce": nonce, "echostr": encrypted})
    status, text = request("GET", f"{account['callback_url']}?{query}")
    return {"ok": status == 200 and text == echo, "status": status}
