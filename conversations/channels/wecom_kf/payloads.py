"""Bodies of send_msg within WeChat's limits (wecom protocol notes b.4)."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conversations.channels.wecom_kf.text import TEXT_BYTES, plain, shortened
from scrm.core.errors import Invalid
from scrm.privacy.redact import restore

HEAD_BYTES = TAIL_BYTES = 1024
ITEM_BYTES = 128
MENU_ITEMS = 10
MSGID_BYTES = 32
MENU_ID = re.compile(r"[A-Za-z0-9_]{1,128}")


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One thing to tap. Tapping makes the customer send `label` as a text that carries `id`."""

    id: str
    label: str


def text_payload(text: str) -> dict:
    """Markdown is flattened; Invalid when nothing is left or it is too long (split it first)."""
    content = plain(text)
    if not content or len(content.encode()) > TEXT_BYTES:
        raise Invalid
    return {"content": content}


def menu_payload(*, head: str, items: list[MenuItem], tail: str = "") -> dict:
    """A msgmenu of click items. Head, tail and labels are shortened to their limits; wrong ids or counts raise Invalid."""
    if not 1 <= len(items) <= MENU_ITEMS or not all(MENU_ID.fullmatch(item.id) and item.label.strip() for item in items):
        raise Invalid
    payload: dict = {
        "head_content": shortened(plain(head), HEAD_BYTES),
        "list": [{"type": "click", "click": {"id": item.id, "content": shortened(item.label, ITEM_BYTES)}} for item in items],
    }
    return payload | ({"tail_content": shortened(plain(tail), TAIL_BYTES)} if tail else {})


def unmasked(payload: Any, values: Mapping[str, str]) -> Any:
    """The payload with values in the place of their placeholders, in every text of it."""
    if isinstance(payload, str):
        return restore(payload, values)
    if isinstance(payload, dict):
        return {name: unmasked(item, values) for name, item in payload.items()}
    return [unmasked(item, values) for item in payload] if isinstance(payload, list) else payload


def own_msgid(idempotency_key: str) -> str:
    """Our message id for a cause: 32 characters [0-9a-f], the same for the same cause, so that a second send is a duplicate."""
    return hashlib.sha256(idempotency_key.encode()).hexdigest()[:MSGID_BYTES]
