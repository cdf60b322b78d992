"""The customer's side (/_sim/...): what a phone does, and what tests and the benchmark want to know."""

import json
from collections.abc import Callable

from conversations.simulator.doorbells import verify
from conversations.simulator.world import World

SERVICER = "zhangsan"


def accounts_list(world: World, asked: dict) -> dict:
    rows = world.store.all("SELECT open_kfid, name, corp_id, callback_url, granted FROM account ORDER BY name")
    return {"accounts": [dict(row) for row in rows]}


def account_put(world: World, asked: dict) -> dict:
    fields = ("open_kfid", "corp_id", "secret", "token", "aes_key", "callback_url")
    world.account_put(**{name: str(asked[name]) for name in fields}, name=str(asked.get("name") or ""))
    return {}


def account_delete(world: World, asked: dict) -> dict:
    world.account_delete(asked["open_kfid"])
    return {}


def account_grant(world: World, asked: dict) -> dict:
    world.store.run("UPDATE account SET granted = ? WHERE open_kfid = ?", int(bool(asked["granted"])), asked["open_kfid"])
    return {}


def customers_list(world: World, asked: dict) -> dict:
    rows = world.store.all("SELECT * FROM customer WHERE open_kfid = ? ORDER BY created_at DESC LIMIT 200", asked["open_kfid"])
    return {"customers": [dict(row) for row in rows]}


def customer_create(world: World, asked: dict) -> dict:
    nickname = str(asked.get("nickname") or "").strip()[:32] or "微信用户"
    return {"external_userid": world.customer_create(open_kfid=asked["open_kfid"], nickname=nickname)}


def enter(world: World, asked: dict) -> dict:
    return world.enter(asked["external_userid"], scene=str(asked.get("scene") or ""), scene_param=str(asked.get("scene_param") or ""))


def say(world: World, asked: dict) -> dict:
    text = str(asked["text"])[:4000]
    return world.say(asked["external_userid"], text)


def click(world: World, asked: dict) -> dict:
    return world.click(asked["external_userid"], str(asked["menu_id"]))


def send_raw(world: World, asked: dict) -> dict:
    return world.customer_message(asked["external_userid"], str(asked["msgtype"]), dict(asked.get("body") or {}))


def recall(world: World, asked: dict) -> dict:
    return world.recall(asked["external_userid"], str(asked["msgid"]))


def servicer_takes(world: World, asked: dict) -> dict:
    return world.servicer_takes(asked["external_userid"], str(asked.get("servicer") or SERVICER))


def servicer_says(world: World, asked: dict) -> dict:
    return world.servicer_says(asked["external_userid"], str(asked["text"]), str(asked.get("servicer") or SERVICER))


def servicer_ends(world: World, asked: dict) -> dict:
    return world.servicer_ends(asked["external_userid"])


def chat(world: World, asked: dict) -> dict:
    """What the phone shows after item `after`, oldest first."""
    rows = world.store.all(
        "SELECT * FROM item WHERE external_userid = ? AND seq > ? ORDER BY seq LIMIT 500",
        asked["external_userid"],
        int(asked.get("after") or 0),
    )
    items = [{"seq": row["seq"], "side": row["side"], "msgid": row["msgid"], "at": row["at"], **json.loads(row["body"])} for row in rows]
    return {"items": items, "state": world.customer(asked["external_userid"])["state"]}


def wait(world: World, asked: dict) -> dict:
    """Wait up to `timeout` seconds (at most 30) for the shop's next message behind item `after`."""
    timeout_s = min(float(asked.get("timeout", 30)), 30)
    return {"reply": world.reply_wait(asked["external_userid"], after=int(asked.get("after") or 0), timeout_s=timeout_s)}


def audit(world: World, asked: dict) -> dict:
    """Everything said on an account after item `after`, and every callback made for it, with times in seconds."""
    open_kfid, after = asked["open_kfid"], int(asked.get("after") or 0)
    items = world.store.all("SELECT * FROM item WHERE open_kfid = ? AND seq > ? ORDER BY seq", open_kfid, after)
    bells = world.store.all("SELECT * FROM doorbell WHERE open_kfid = ? AND seq > ? ORDER BY id", open_kfid, after)
    return {"items": [dict(row) | {"body": json.loads(row["body"])} for row in items], "doorbells": [dict(row) for row in bells]}


def wire(world: World, asked: dict) -> dict:
    """The newest 100 calls over the wire of an account, newest first."""
    rows = world.store.all("SELECT * FROM wire WHERE open_kfid IN (?, '') ORDER BY id DESC LIMIT 100", asked.get("open_kfid", ""))
    return {"calls": [dict(row) for row in rows]}


def faults_add(world: World, asked: dict) -> dict:
    world.faults.add(
        kind=str(asked["kind"]), api=str(asked.get("api") or ""), value=asked.get("value", 0), times=int(asked.get("times", 1))
    )
    return {}


def faults_clear(world: World, asked: dict) -> dict:
    world.faults.clear()
    return {}


def faults_list(world: World, asked: dict) -> dict:
    return {"faults": world.faults.listing()}


def tokens_expire(world: World, asked: dict) -> dict:
    """All access tokens expire now (42001), or become unknown (40014) with {"revoke": true}."""
    if asked.get("revoke"):
        world.store.run("UPDATE access_token SET revoked = 1")
    else:
        world.store.run("UPDATE access_token SET expires_at = ?", world.now())
    return {}


def clock_advance(world: World, asked: dict) -> dict:
    world.clock_offset_s += float(asked["seconds"])
    return {"now": world.now()}


GETS: dict[str, Callable[[World, dict], dict]] = {
    "health": lambda world, asked: {"ok": True},
    "accounts": accounts_list,
    "customers": customers_list,
    "chat": chat,
    "wait": wait,
    "audit": audit,
    "wire": wire,
    "faults": faults_list,
}
POSTS: dict[str, Callable[[World, dict], dict]] = {
    "accounts": account_put,
    "accounts/delete": account_delete,
    "accounts/grant": account_grant,
    "customers": customer_create,
    "enter": enter,
    "say": say,
    "click": click,
    "send": send_raw,
    "recall": recall,
    "servicer/take": servicer_takes,
    "servicer/say": servicer_says,
    "servicer/end": servicer_ends,
    "faults": faults_add,
    "faults/clear": faults_clear,
    "tokens/expire": tokens_expire,
    "clock": clock_advance,
    "verify": lambda world, asked: verify(world, asked["open_kfid"]),
}
