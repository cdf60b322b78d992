"""The server side of WeCom's API as the simulator speaks it, refusing what the real one refuses (notes b, f)."""

import json
import re
import secrets
import sqlite3
from collections.abc import Callable

from conversations.simulator.world import BOT, ENDED, HUMAN, POOL, SESSION_S, UNTREATED, World

TOKEN_S = 7200
THREE_DAYS = 3 * 86400
TEXT_BYTES = 2048
TOKENLESS_PER_MINUTE = 120
MSGID = re.compile(r"[0-9a-zA-Z_-]{1,32}")
# From the prose of notes b.6; ending from 0, 1 and 2 is not documented, the real chart could not be read.
TARGETS = {
    UNTREATED: {BOT, POOL, HUMAN, ENDED},
    BOT: {POOL, HUMAN, ENDED},
    POOL: {HUMAN, ENDED},
    HUMAN: {HUMAN, ENDED},
    ENDED: set(),
}


class Refused(Exception):
    """An errcode."""

    def __init__(self, errcode: int, errmsg: str = "refused"):
        super().__init__(errmsg)
        self.errcode, self.errmsg = errcode, errmsg


def gettoken(world: World, params: dict) -> dict:
    """The same token while it is valid."""
    corp_id, secret, now = params.get("corpid", ""), params.get("corpsecret", ""), world.now()
    known = world.store.all("SELECT secret FROM account WHERE corp_id = ?", corp_id)
    if not known:
        raise Refused(40013, "invalid corpid")
    if not any(secrets.compare_digest(row["secret"].encode(), secret.encode()) for row in known):
        raise Refused(40001, "invalid credential")
    with world.store.tx() as db:
        db.execute("DELETE FROM access_token WHERE expires_at < ?", (now - TOKEN_S,))
        row = db.execute(
            "SELECT * FROM access_token WHERE corp_id = ? AND secret = ? AND expires_at > ? AND revoked = 0", (corp_id, secret, now)
        ).fetchone()
        if row:
            return {"access_token": row["token"], "expires_in": int(row["expires_at"] - now)}
        token = secrets.token_urlsafe(48)
        db.execute("INSERT INTO access_token VALUES (?,?,?,?,0)", (token, corp_id, secret, now + TOKEN_S))
    return {"access_token": token, "expires_in": TOKEN_S}


def corp_of(world: World, token: str) -> sqlite3.Row:
    """The access token's row; 41001 missing, 40014 unknown, 42001 expired."""
    if not token:
        raise Refused(41001, "access_token missing")
    row = world.store.one("SELECT * FROM access_token WHERE token = ?", token)
    if row is None or row["revoked"]:
        raise Refused(40014, "invalid access_token")
    if row["expires_at"] <= world.now():
        raise Refused(42001, "access_token expired")
    return row


def account_of(world: World, corp: sqlite3.Row, body: dict) -> sqlite3.Row:
    """The account named in the body, if it belongs to the corp and is granted."""
    open_kfid = body.get("open_kfid")
    if not open_kfid or not isinstance(open_kfid, str):
        raise Refused(60251, "missing openkfid")
    row = world.store.one("SELECT * FROM account WHERE open_kfid = ?", open_kfid)
    if row is None:
        raise Refused(60252, "invalid openkfid")
    if row["corp_id"] != corp["corp_id"]:
        raise Refused(95004, "open_kfid not exist")
    if not row["granted"]:
        raise Refused(48007, "no permission of this kf account")
    return row


def customer_of(world: World, account: sqlite3.Row, external_userid: object) -> sqlite3.Row:
    row = world.store.one(
        "SELECT * FROM customer WHERE external_userid = ? AND open_kfid = ?", str(external_userid or ""), account["open_kfid"]
    )
    if row is None:
        raise Refused(40096, "invalid external userid")
    return row


def sync_msg(world: World, corp: sqlite3.Row, body: dict) -> dict:
    """One page after the cursor (notes b.3)."""
    account = account_of(world, corp, body)
    limit = body.get("limit", 1000)
    if not isinstance(limit, int) or not 1 <= limit <= 1000:
        raise Refused(40058, "invalid limit")
    _sync_token_check(world, account["open_kfid"], body.get("token"))
    after = _cursor_seq(world, body.get("cursor"))
    if world.faults.take("empty_page", "kf/sync_msg"):
        return {"next_cursor": _cursor(after), "has_more": 1, "msg_list": []}
    fault = world.faults.take("page_size", "kf/sync_msg")
    limit = min(limit, int(fault.value)) if fault else limit
    found = world.store.all(
        "SELECT * FROM item WHERE open_kfid = ? AND seq > ? AND side <> 'api' AND at > ? ORDER BY seq LIMIT ?",
        account["open_kfid"], after, world.now() - THREE_DAYS, limit + 1,
    )  # fmt: skip
    page = found[:limit]
    repeat = 2 if world.faults.take("duplicate_rows", "kf/sync_msg") else 1
    return {
        "next_cursor": _cursor(page[-1]["seq"] if page else after),
        "has_more": int(len(found) > limit),
        "msg_list": [_row(item) for item in page for _ in range(repeat)],
    }


def _sync_token_check(world: World, open_kfid: str, token: object) -> None:
    now = world.now()
    if token:
        row = world.store.one("SELECT * FROM sync_token WHERE token = ? AND open_kfid = ?", str(token), open_kfid)
        if row is None or row["expires_at"] < now:
            raise Refused(95007, "invalid msg token")
        return
    calls = world.tokenless_calls.setdefault(open_kfid, [])
    calls[:] = [at for at in calls if at > now - 60] + [now]
    if len(calls) > TOKENLESS_PER_MINUTE:
        raise Refused(45009, "api freq out of limit")


def _cursor(seq: int) -> str:
    return f"4gw7MepFLfgF2VC5n{seq:012d}"


def _cursor_seq(world: World, cursor: object) -> int:
    if not cursor:
        return 0
    found = re.fullmatch(r"4gw7MepFLfgF2VC5n(\d{12,})", str(cursor))
    if not found:
        raise Refused(40058, "invalid cursor")
    return int(found.group(1))


def _row(item: sqlite3.Row) -> dict:
    row = {"msgid": item["msgid"], "send_time": int(item["at"])} | json.loads(item["body"])
    if item["side"] != "event":
        row |= {"open_kfid": item["open_kfid"], "external_userid": item["external_userid"]}
    return row


def _payload(body: dict) -> dict:
    """The message as it will be shown; 40058, 44004, 95008 or 95009 for what WeCom refuses. Long texts are cut as WeCom cuts them."""
    msgtype = body.get("msgtype")
    payload = body.get(msgtype) if isinstance(msgtype, str) else None
    if msgtype not in {"text", "msgmenu", "image", "file", "link", "location", "miniprogram"} or not isinstance(payload, dict):
        raise Refused(40058, "invalid msgtype")
    if msgtype == "text":
        content = payload.get("content")
        if not isinstance(content, str):
            raise Refused(40058, "content missing")
        if not content:
            raise Refused(44004, "empty content")
        kept = content.encode()[:TEXT_BYTES].decode(errors="ignore")
        return {"msgtype": msgtype, "text": {"content": kept}} | ({"truncated": True} if kept != content else {})
    if msgtype == "msgmenu":
        _menu_check(payload)
    return {"msgtype": msgtype, msgtype: payload}


def _menu_check(menu: dict) -> None:
    entries = menu.get("list")
    if not isinstance(entries, list) or not entries or not all(isinstance(entry, dict) for entry in entries):
        raise Refused(40058, "list missing")
    if sum(entry.get("type") != "text" for entry in entries) > 10:
        raise Refused(95008, "too many menu items")
    for part in ("head_content", "tail_content"):
        if len(str(menu.get(part, "")).encode()) > 1024:
            raise Refused(40058, f"{part} too long")
    for entry in entries:
        if entry.get("type") not in {"click", "view", "miniprogram", "text"}:
            raise Refused(95009, "invalid menu type")
        click = entry.get("click", {})
        if entry["type"] == "click" and not all(0 < len(str(click.get(name, "")).encode()) <= 128 for name in ("id", "content")):
            raise Refused(40058, "invalid click")


def _own_msgid(body: dict) -> str:
    msgid = body.get("msgid")
    if msgid is None:
        return ""
    if not isinstance(msgid, str) or not MSGID.fullmatch(msgid):
        raise Refused(40058, "invalid msgid")
    return msgid


def send_msg(world: World, corp: sqlite3.Row, body: dict) -> dict:
    """Accept a message into the customer's chat (notes b.4)."""
    account = account_of(world, corp, body)
    msgid, content = _own_msgid(body), _payload(body)
    customer = customer_of(world, account, body.get("touser"))
    with world.store.tx() as db:
        _duplicate_check(db, account["open_kfid"], msgid)
        fresh = db.execute("SELECT * FROM customer WHERE external_userid = ?", (customer["external_userid"],)).fetchone()
        _sendable_check(world, fresh)
        db.execute("UPDATE customer SET quota = quota - 1 WHERE external_userid = ?", (customer["external_userid"],))
        item = world.item_in_tx(db, customer, "api", content, msgid)
    world.replied()
    fault = world.faults.take("send_fail", "kf/send_msg")
    if fault:
        world.event_add(customer, {"event_type": "msg_send_fail", "fail_msgid": item["msgid"], "fail_type": int(fault.value)})
    return {"msgid": item["msgid"]}


def _duplicate_check(db: sqlite3.Connection, open_kfid: str, msgid: str) -> None:
    if msgid and db.execute("SELECT 1 FROM item WHERE open_kfid = ? AND msgid = ?", (open_kfid, msgid)).fetchone():
        raise Refused(95033, "duplicate msgid")


def _sendable_check(world: World, customer: sqlite3.Row) -> None:
    if customer["last_customer_at"] and world.now() - customer["last_customer_at"] > SESSION_S:
        raise Refused(95002, "send msg time limit")
    if customer["state"] not in (UNTREATED, BOT):
        raise Refused(95018, "session state not allowed")
    if customer["quota"] <= 0:
        raise Refused(95001, "send msg count limit")


def send_msg_on_event(world: World, corp: sqlite3.Row, body: dict) -> dict:
    """Send by a code: single use, in time, and while the session stays in the code's state (notes b.5)."""
    code = world.store.one("SELECT * FROM code WHERE code = ?", str(body.get("code") or ""))
    if code is None:
        raise Refused(40058, "invalid code")
    customer = world.customer(code["external_userid"])
    account = account_of(world, corp, {"open_kfid": customer["open_kfid"]})
    msgid, content = _own_msgid(body), _payload(body)
    if content["msgtype"] not in {"text", "msgmenu"}:
        raise Refused(40058, "invalid msgtype")
    with world.store.tx() as db:
        _duplicate_check(db, account["open_kfid"], msgid)
        taken = db.execute("UPDATE code SET used = 1 WHERE code = ? AND used = 0 AND expires_at > ?", (code["code"], world.now()))
        if not taken.rowcount or code["state"] not in (None, customer["state"]):
            raise Refused(41050 if code["kind"] == "welcome" else 95018, "code used or expired")
        item = world.item_in_tx(db, customer, "api", content, msgid)
    world.replied()
    return {"msgid": item["msgid"]}


def service_state_get(world: World, corp: sqlite3.Row, body: dict) -> dict:
    """The session's state (notes b.6)."""
    customer = customer_of(world, account_of(world, corp, body), body.get("external_userid"))
    answer = {"service_state": customer["state"]}
    return answer | ({"servicer_userid": customer["servicer"]} if customer["state"] == HUMAN else {})


def service_state_trans(world: World, corp: sqlite3.Row, body: dict) -> dict:
    """Change the session's state; 95016 for a transition the API may not make (notes b.6)."""
    customer = customer_of(world, account_of(world, corp, body), body.get("external_userid"))
    target, servicer = body.get("service_state"), body.get("servicer_userid") or ""
    if target not in TARGETS:
        raise Refused(40058, "invalid service_state")
    if target not in TARGETS[customer["state"]]:
        raise Refused(95016, "invalid state transition")
    if target == HUMAN and not servicer:
        raise Refused(95014, "invalid servicer")
    world.store.run(
        "UPDATE customer SET state = ?, servicer = ? WHERE external_userid = ?",
        target, servicer if target == HUMAN else "", customer["external_userid"],
    )  # fmt: skip
    if target == BOT:
        return {}
    lives_s = 20 if target == ENDED else SESSION_S
    return {"msg_code": world.code_issue(kind="trans", external_userid=customer["external_userid"], lives_s=lives_s, state=target)}


def customer_batchget(world: World, corp: sqlite3.Row, body: dict) -> dict:
    """Profiles of customers active in the last 48 hours (notes b.9)."""
    asked = body.get("external_userid_list")
    if not isinstance(asked, list) or not 1 <= len(asked) <= 100:
        raise Refused(40058, "invalid external_userid_list")
    rows = world.store.all(
        "SELECT c.* FROM customer c JOIN account a USING (open_kfid) WHERE a.corp_id = ?"
        " AND c.external_userid IN (SELECT value FROM json_each(?))",
        corp["corp_id"], json.dumps(asked),
    )  # fmt: skip
    known = {row["external_userid"]: row for row in rows}
    fields = [{"external_userid": key, "nickname": row["nickname"], "avatar": "", "gender": 0} for key, row in known.items()]
    return {"customer_list": fields, "invalid_external_userid": [key for key in asked if key not in known]}


def account_list(world: World, corp: sqlite3.Row, body: dict) -> dict:
    """Accounts of the corp (notes b.8)."""
    rows = world.store.all(
        "SELECT * FROM account WHERE corp_id = ? ORDER BY open_kfid LIMIT ? OFFSET ?",
        corp["corp_id"], min(int(body.get("limit", 100)), 100), int(body.get("offset", 0)),
    )  # fmt: skip
    listed = [{"open_kfid": row["open_kfid"], "name": row["name"], "avatar": "", "manage_privilege": bool(row["granted"])} for row in rows]
    return {"account_list": listed}


METHODS: dict[str, Callable[[World, sqlite3.Row, dict], dict]] = {
    "kf/sync_msg": sync_msg,
    "kf/send_msg": send_msg,
    "kf/send_msg_on_event": send_msg_on_event,
    "kf/service_state/get": service_state_get,
    "kf/service_state/trans": service_state_trans,
    "kf/customer/batchget": customer_batchget,
    "kf/account/list": account_list,
}


def answer(world: World, path: str, params: dict, body: dict) -> dict:
    """The JSON answer of one call; every failure is an errcode, as with the real server."""
    try:
        fault = world.faults.take("error", path)
        if fault:
            raise Refused(int(fault.value), "injected fault from ip: 203.0.113.7")
        if path == "gettoken":
            result = gettoken(world, params)
        elif path in METHODS:
            result = METHODS[path](world, corp_of(world, params.get("access_token", "")), body)
        else:
            raise Refused(40066, "invalid url")
    except Refused as refused:
        return {"errcode": refused.errcode, "errmsg": refused.errmsg}
    return {"errcode": 0, "errmsg": "ok"} | result
