"""The simulated WeChat: accounts, customers, sessions and what was said (wecom protocol notes b, h)."""

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Callable

from conversations.simulator.faults import Faults
from conversations.simulator.store import Store

HOUR = 3600
SESSION_S = 48 * HOUR
QUOTA = 5
UNTREATED, BOT, POOL, HUMAN, ENDED = range(5)
CUSTOMER_ORIGIN, SYSTEM_ORIGIN, SERVICER_ORIGIN = 3, 4, 5
WIRE_KEPT = 2000
FORGET = (
    "DELETE FROM account WHERE open_kfid = ?",
    "DELETE FROM customer WHERE open_kfid = ?",
    "DELETE FROM item WHERE open_kfid = ?",
    "DELETE FROM doorbell WHERE open_kfid = ?",
    "DELETE FROM sync_token WHERE open_kfid = ?",
    "DELETE FROM wire WHERE open_kfid = ?",
)

Ring = Callable[[str, int], None]


class Unknown(LookupError):
    """There is no such account, customer or menu item."""


class World:
    """All state and all rules. `ring(open_kfid, seq)` is told that an account has news."""

    def __init__(self, store: Store):
        self.store, self.faults = store, Faults()
        self.clock_offset_s = 0.0
        self.tokenless_calls: dict[str, list[float]] = {}
        self.ring: Ring = lambda open_kfid, seq: None
        self._replied = threading.Condition()

    def now(self) -> float:
        return time.time() + self.clock_offset_s

    # --- accounts

    def account_put(
        self, *, open_kfid: str, corp_id: str, secret: str, token: str, aes_key: str, callback_url: str, name: str = ""
    ) -> None:
        """Register an account, or change it."""
        self.store.run(
            "INSERT INTO account (open_kfid, corp_id, secret, token, aes_key, callback_url, name) VALUES (?,?,?,?,?,?,?)"
            " ON CONFLICT (open_kfid) DO UPDATE SET corp_id=excluded.corp_id, secret=excluded.secret, token=excluded.token,"
            " aes_key=excluded.aes_key, callback_url=excluded.callback_url, name=excluded.name",
            open_kfid, corp_id, secret, token, aes_key, callback_url, name or open_kfid,
        )  # fmt: skip

    def account_delete(self, open_kfid: str) -> None:
        """Forget an account with its customers and messages."""
        with self.store.tx() as db:
            for statement in FORGET:
                db.execute(statement, (open_kfid,))

    def account(self, open_kfid: str) -> sqlite3.Row:
        row = self.store.one("SELECT * FROM account WHERE open_kfid = ?", open_kfid)
        if row is None:
            raise Unknown(open_kfid)
        return row

    # --- customers

    def customer_create(self, *, open_kfid: str, nickname: str) -> str:
        """A new customer of an account; the answer is the external_userid."""
        self.account(open_kfid)
        external_userid = "wm" + secrets.token_hex(14)
        self.store.run(
            "INSERT INTO customer (external_userid, open_kfid, nickname, created_at) VALUES (?,?,?,?)",
            external_userid, open_kfid, nickname, self.now(),
        )  # fmt: skip
        return external_userid

    def customer(self, external_userid: str) -> sqlite3.Row:
        row = self.store.one("SELECT * FROM customer WHERE external_userid = ?", external_userid)
        if row is None:
            raise Unknown(external_userid)
        return row

    # --- what the customer does

    def enter(self, external_userid: str, *, scene: str = "", scene_param: str = "") -> dict:
        """Open the chat by a link: an enter_session event, with a welcome_code when one is due (notes b.3)."""
        customer, now = self.customer(external_userid), self.now()
        event = {"event_type": "enter_session", "scene": scene, "scene_param": scene_param}
        if now - max(customer["welcomed_at"], customer["last_customer_at"]) > SESSION_S:
            event["welcome_code"] = self.code_issue(kind="welcome", external_userid=external_userid, lives_s=20)
            self.store.run("UPDATE customer SET welcomed_at = ? WHERE external_userid = ?", now, external_userid)
        return self.event_add(customer, event)

    def say(self, external_userid: str, text: str, *, menu_id: str = "") -> dict:
        """A text message of the customer."""
        body = {"content": text} | ({"menu_id": menu_id} if menu_id else {})
        return self.customer_message(external_userid, "text", body)

    def customer_message(self, external_userid: str, msgtype: str, body: dict) -> dict:
        """Any message of the customer. It renews the quota and reopens an ended session."""
        customer, now = self.customer(external_userid), self.now()
        with self.store.tx() as db:
            db.execute(
                "UPDATE customer SET quota = ?, last_customer_at = ?, state = CASE WHEN state = ? OR ? - last_customer_at > ?"
                " THEN ? ELSE state END WHERE external_userid = ?",
                (QUOTA, now, ENDED, now, SESSION_S, UNTREATED, external_userid),
            )
            row = {"msgtype": msgtype, msgtype: body, "origin": CUSTOMER_ORIGIN}
            item = self.item_in_tx(db, customer, "customer", row)
        self.ring(customer["open_kfid"], item["seq"])
        return item

    def click(self, external_userid: str, menu_id: str) -> dict:
        """Tap a menu item; old menus stay clickable. Unknown when the customer never saw such an item."""
        rows = self.store.all(
            "SELECT body FROM item WHERE external_userid = ? AND side = 'api' ORDER BY seq DESC LIMIT 200", external_userid
        )
        for body in (json.loads(row["body"]) for row in rows):
            for entry in body.get("msgmenu", {}).get("list", []):
                if entry.get("click", {}).get("id") == menu_id:
                    return self.say(external_userid, entry["click"]["content"], menu_id=menu_id)
        raise Unknown(menu_id)

    def reply_wait(self, external_userid: str, *, after: int, timeout_s: float) -> dict | None:
        """The first message of the shop behind item `after`, waiting for it; None when the time is up."""
        deadline = time.monotonic() + timeout_s
        while True:
            row = self.store.one(
                "SELECT seq, at FROM item WHERE external_userid = ? AND seq > ? AND side = 'api' ORDER BY seq LIMIT 1",
                external_userid,
                after,
            )
            left = deadline - time.monotonic()
            if row or left <= 0:
                return dict(row) if row else None
            with self._replied:
                # Looked at again now and then: a reply between the look and the wait would be missed.
                self._replied.wait(min(left, 0.25))

    def replied(self) -> None:
        """Wake those who wait for a reply."""
        with self._replied:
            self._replied.notify_all()

    def recall(self, external_userid: str, msgid: str) -> dict:
        """The customer takes back a message."""
        return self.event_add(self.customer(external_userid), {"event_type": "user_recall_msg", "recall_msgid": msgid})

    # --- what a servicer does in the WeCom client

    def servicer_takes(self, external_userid: str, servicer: str) -> dict:
        """A servicer picks the session: state 3 and a session_status_change event."""
        customer = self.customer(external_userid)
        self.store.run("UPDATE customer SET state = ?, servicer = ? WHERE external_userid = ?", HUMAN, servicer, external_userid)
        code = self.code_issue(kind="taken", external_userid=external_userid, lives_s=SESSION_S, state=HUMAN)
        event = {"event_type": "session_status_change", "change_type": 1, "new_servicer_userid": servicer, "msg_code": code}
        return self.event_add(customer, event)

    def servicer_ends(self, external_userid: str) -> dict:
        """The servicer ends the session: state 4 and a session_status_change event."""
        customer = self.customer(external_userid)
        self.store.run("UPDATE customer SET state = ?, servicer = '' WHERE external_userid = ?", ENDED, external_userid)
        code = self.code_issue(kind="ended", external_userid=external_userid, lives_s=20, state=ENDED)
        event = {"event_type": "session_status_change", "change_type": 3, "old_servicer_userid": customer["servicer"], "msg_code": code}
        return self.event_add(customer, event)

    def servicer_says(self, external_userid: str, text: str, servicer: str) -> dict:
        """A message that a servicer typed in the WeCom client."""
        customer = self.customer(external_userid)
        row = {"msgtype": "text", "text": {"content": text}, "origin": SERVICER_ORIGIN, "servicer_userid": servicer}
        with self.store.tx() as db:
            item = self.item_in_tx(db, customer, "servicer", row)
        self.ring(customer["open_kfid"], item["seq"])
        return item

    # --- building blocks

    def code_issue(self, *, kind: str, external_userid: str, lives_s: float, state: int | None = None) -> str:
        """A single-use code for send_msg_on_event (notes b.5). With `state`, it works only while the session stays in it."""
        code = f"{kind[0].upper()}{secrets.token_urlsafe(18)}"
        self.store.run(
            "INSERT INTO code (code, kind, external_userid, state, expires_at) VALUES (?,?,?,?,?)",
            code, kind, external_userid, state, self.now() + lives_s,
        )  # fmt: skip
        return code

    def event_add(self, customer: sqlite3.Row, event: dict) -> dict:
        """Append a system event about a customer and ring."""
        where = {"open_kfid": customer["open_kfid"], "external_userid": customer["external_userid"]}
        with self.store.tx() as db:
            item = self.item_in_tx(db, customer, "event", {"msgtype": "event", "event": event | where, "origin": SYSTEM_ORIGIN})
        self.ring(customer["open_kfid"], item["seq"])
        return item

    def item_in_tx(self, db: sqlite3.Connection, customer: sqlite3.Row, side: str, body: dict, msgid: str = "") -> dict:
        """Append to the chat. A msgid that exists raises sqlite3.IntegrityError."""
        at, msgid = self.now(), msgid or secrets.token_urlsafe(16)
        row = db.execute(
            "INSERT INTO item (open_kfid, external_userid, msgid, side, at, body) VALUES (?,?,?,?,?,?) RETURNING seq",
            (customer["open_kfid"], customer["external_userid"], msgid, side, at, json.dumps(body, ensure_ascii=False)),
        ).fetchone()
        return {"seq": row["seq"], "msgid": msgid, "at": at}

    def wire_add(self, *, open_kfid: str, name: str, request: str, answer: str, ms: float) -> None:
        """Remember what went over the wire, for the log page. The newest WIRE_KEPT entries are kept."""
        with self.store.tx() as db:
            row = db.execute(
                "INSERT INTO wire (at, open_kfid, name, request, answer, ms) VALUES (?,?,?,?,?,?) RETURNING id",
                (self.now(), open_kfid, name, request[:4000], answer[:4000], ms),
            ).fetchone()
            if row["id"] % 200 == 0:
                db.execute("DELETE FROM wire WHERE id <= ?", (row["id"] - WIRE_KEPT,))
                db.execute("DELETE FROM sync_token WHERE expires_at < ?", (self.now(),))
                db.execute("DELETE FROM code WHERE expires_at < ?", (self.now() - SESSION_S,))
