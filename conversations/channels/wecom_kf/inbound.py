"""Rows of sync_msg as typed values (wecom protocol notes b.3). Wild input: a missing or mistyped field never raises."""

import math
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from scrm.privacy.types import Kind

FROM_CUSTOMER, FROM_SYSTEM, FROM_SERVICER = 3, 4, 5
UNSUPPORTED = "[不支持的消息]"
MAX_ID = 128


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """What a customer (or, in the WeCom client, a servicer) wrote. `text` is readable whatever the type; `menu_id`: a tapped menu item.

    `named`: parts of `text` that are personal because of the field they came in, whatever they look like.
    """

    msgid: str
    open_kfid: str
    external_userid: str
    send_time: int
    msgtype: str
    text: str
    menu_id: str = ""
    servicer_userid: str = ""
    payload: dict = field(default_factory=dict)
    named: tuple[tuple[Kind, str], ...] = ()

    @property
    def by_servicer(self) -> bool:
        return bool(self.servicer_userid)


@dataclass(frozen=True, slots=True)
class InboundNotice:
    """An event row. `fields` holds what its type brings (welcome_code, fail_msgid, change_type ...)."""

    msgid: str
    event_type: str
    open_kfid: str
    external_userid: str
    send_time: int
    fields: dict = field(default_factory=dict)

    def text(self, name: str) -> str:
        return as_text(self.fields.get(name))

    def number(self, name: str, default: int = -1) -> int:
        return as_number(self.fields.get(name), default)


def clean(value: Any) -> Any:
    """The JSON value without what Postgres refuses: NUL, lone surrogates, NaN and infinity."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode(errors="replace").decode()
    if isinstance(value, dict):
        return {clean(key): clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [clean(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def as_text(value: Any) -> str:
    """Strings as they are, numbers as digits, anything else ""."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def as_number(value: Any, default: int = 0) -> int:
    if isinstance(value, bool):
        return default
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 16:
        return int(value)
    return value if isinstance(value, int) and abs(value) < 10**15 else default


def as_object(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _joined(label: str, *values: Any) -> str:
    return " ".join([label, *(text for text in map(as_text, values) if text)])


def _menu(body: dict) -> str:
    items = body.get("list") if isinstance(body.get("list"), list) else []
    labels = [as_text(as_object(as_object(item).get(as_text(as_object(item).get("type")))).get("content")) for item in items]
    return "\n".join(text for text in [as_text(body.get("head_content")), *labels, as_text(body.get("tail_content"))] if text)


def _merged(body: dict) -> str:
    items = body.get("item") if isinstance(body.get("item"), list) else []
    return _joined("[聊天记录]", body.get("title"), f"{len(items)} 条")


def _address(url: Any) -> str:
    """Without query and fragment: they carry who clicked, not what is shown."""
    try:
        return urlunsplit(urlsplit(as_text(url))._replace(query="", fragment=""))
    except ValueError:
        return ""


READERS = {
    "text": lambda body: as_text(body.get("content")),
    "image": lambda body: "[图片]",
    "voice": lambda body: "[语音]",
    "video": lambda body: "[视频]",
    "file": lambda body: _joined("[文件]", body.get("filename")),
    "location": lambda body: _joined("[位置]", body.get("name"), body.get("address")),
    "link": lambda body: _joined("[链接]", body.get("title"), body.get("desc"), _address(body.get("url"))),
    "business_card": lambda body: _joined("[名片]", body.get("userid")),
    "miniprogram": lambda body: _joined("[小程序]", body.get("title")),
    "msgmenu": _menu,
    "channels_shop_product": lambda body: _joined("[商品]", body.get("title"), body.get("shop_nickname")),
    "channels_shop_order": lambda body: _joined(
        "[订单]", body.get("order_id"), body.get("product_titles"), body.get("price_wording"), body.get("state")
    ),
    "merged_msg": _merged,
    "channels": lambda body: _joined("[视频号]", body.get("nickname"), body.get("title")),
    "meeting": lambda body: "[会议]",
    "calendar": lambda body: "[日程]",
    "note": lambda body: "[笔记]",
}


# Fields that are personal as such.
PERSONAL = {
    "location": ((Kind.ADDRESS, "address"), (Kind.ADDRESS, "name")),
    "channels_shop_order": ((Kind.ORDER, "order_id"),),
}
# What is kept of a message beside its readable text: fields without words.
KEPT = ("menu_id", "media_id")


def kept(payload: dict) -> dict:
    return {name: as_text(payload[name]) for name in KEPT if as_text(payload.get(name))}


def readable(msgtype: str, body: dict) -> str:
    """What a person reads for a message of this type; UNSUPPORTED for types we do not know."""
    reader = READERS.get(msgtype)
    return (reader(body) if reader else "") or UNSUPPORTED


def _notice(row: dict, msgid: str, send_time: int) -> InboundNotice:
    event = as_object(row.get("event"))
    where = {name: as_text(event.get(name)) or as_text(row.get(name)) for name in ("open_kfid", "external_userid")}
    return InboundNotice(msgid, as_text(event.get("event_type")), where["open_kfid"], where["external_userid"][:MAX_ID], send_time, event)


def row_parse(row: Any) -> InboundMessage | InboundNotice | None:
    """One row; None when it has no usable msgid, or is a message without a customer."""
    row = as_object(clean(row))
    msgid, send_time, msgtype = as_text(row.get("msgid"))[:MAX_ID], as_number(row.get("send_time")), as_text(row.get("msgtype"))
    if not msgid:
        return None
    if msgtype == "event":
        return _notice(row, msgid, send_time)
    customer = as_text(row.get("external_userid"))[:MAX_ID]
    if not customer:
        return None
    body = as_object(row.get(msgtype))
    servicer = as_text(row.get("servicer_userid")) or "?" if as_number(row.get("origin")) == FROM_SERVICER else ""
    return InboundMessage(
        msgid=msgid,
        open_kfid=as_text(row.get("open_kfid")),
        external_userid=customer,
        send_time=send_time,
        msgtype=msgtype[:30] or "unknown",
        text=readable(msgtype, body),
        menu_id=as_text(body.get("menu_id")) if msgtype == "text" else "",
        servicer_userid=servicer,
        payload=body,
        named=tuple((kind, as_text(body.get(name))) for kind, name in PERSONAL.get(msgtype, ())),
    )
