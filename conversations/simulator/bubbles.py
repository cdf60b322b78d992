"""Items of a simulated chat as the phone shows them."""

from dataclasses import dataclass
from datetime import UTC, datetime

from django.utils.translation import gettext as _

from conversations.channels.wecom_kf.inbound import readable

MINE, THEIRS, NOTE = "mine", "theirs", "note"


@dataclass(frozen=True)
class Choice:
    """An item of a menu that can be tapped."""

    id: str
    label: str


@dataclass(frozen=True)
class Bubble:
    """`side`: mine, theirs or note. `choices` follow the text of a menu, `tail` follows them."""

    seq: int
    side: str
    text: str
    at: datetime
    choices: tuple[Choice, ...] = ()
    tail: str = ""
    by_person: bool = False


def bubbles(items: list[dict]) -> list[Bubble]:
    """Readable items of a chat, oldest first; events that a customer would not notice are left out."""
    made = (_bubble(item) for item in items)
    return [bubble for bubble in made if bubble is not None]


def _bubble(item: dict) -> Bubble | None:
    at = datetime.fromtimestamp(item["at"], UTC)
    if item["side"] == "event":
        text = _note(item["event"]["event_type"])
        return Bubble(item["seq"], NOTE, text, at) if text else None
    side = MINE if item["side"] == "customer" else THEIRS
    if item["msgtype"] == "msgmenu":
        menu = item["msgmenu"]
        clicks = [entry["click"] for entry in menu["list"] if entry.get("type") == "click"]
        choices = tuple(Choice(click["id"], click["content"]) for click in clicks)
        return Bubble(item["seq"], side, menu.get("head_content", ""), at, choices, menu.get("tail_content", ""))
    text = readable(item["msgtype"], item.get(item["msgtype"]) or {})
    return Bubble(item["seq"], side, text, at, by_person=item["side"] == "servicer")


def _note(event_type: str) -> str:
    return {"enter_session": _("opened the chat"), "user_recall_msg": _("recalled a message")}.get(event_type, "")
