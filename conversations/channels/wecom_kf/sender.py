"""Sending through WeCom customer service (wecom protocol notes 0.5, 0.6, b.4, b.5)."""

from collections.abc import Mapping
from types import MappingProxyType

from conversations.channels.outcomes import Budget, Failed, Outcome, Retry, Sent, Unclear
from conversations.channels.wecom_kf.accounts import client_of, open_kfid_of
from conversations.channels.wecom_kf.client import WecomClient
from conversations.channels.wecom_kf.errors import Action, WecomError, WecomTimeout, WecomUnreachable
from conversations.channels.wecom_kf.payloads import MenuItem, menu_payload, own_msgid, text_payload, unmasked
from conversations.channels.wecom_kf.text import TEXT_BYTES, plain, split
from conversations.models import ChannelAccount, OutboundMessage
from scrm.core.errors import Invalid

DUPLICATE, OVER_QUOTA = 95033, 95001
TOO_LATE, WRONG_STATE = 95002, 95018
SESSION_S = 48 * 3600
MENU_HEAD_BYTES = 1024
LEAST_PART_BYTES = 512  # of masked words, however much longer what they stand for
NOTHING: Mapping[str, str] = MappingProxyType({})
# 45009 blocks for at least a minute; -1 and concurrency pass sooner.
BACKOFF_S = (2, 5, 15, 60, 300)
LIMIT_S = 60
CONFIG_S = 60


def backoff(attempts: int, errcode: int = 0) -> float:
    """Seconds until the next attempt, after `attempts` of them."""
    wait = BACKOFF_S[min(max(attempts, 1), len(BACKOFF_S)) - 1]
    return max(wait, LIMIT_S) if errcode == 45009 else wait


class WecomKf:
    """The channel `wecom_kf`."""

    messages_per_turn = 5

    def parts(self, outbound: OutboundMessage, budget: Budget) -> tuple[dict, ...]:
        """Text in parts of 2048 bytes, and a menu behind it when `kind` is msgmenu (payload: items [{id, label}], head, tail).

        Raises WecomError 95001 or 95002 when WeCom would refuse by count or time, Invalid for an empty message.
        """
        if not outbound.event_code:
            _budget_check(budget)
        menu = _menu(outbound) if outbound.kind == "msgmenu" else ()
        room = 1 if outbound.event_code else budget.left
        if menu and len(plain(outbound.text).encode()) + budget.growth <= MENU_HEAD_BYTES and not outbound.payload.get("head"):
            return _numbered(outbound, menu)
        if menu and room == 1:
            menu = ()  # the last message of the budget is for the words
        limit = max(LEAST_PART_BYTES, TEXT_BYTES - budget.growth)
        texts = split(plain(outbound.text), limit=limit, parts=room - len(menu))
        if not texts and not menu:
            raise Invalid
        return _numbered(outbound, (*({"msgtype": "text", "payload": text_payload(text)} for text in texts), *menu))

    def send(self, account: ChannelAccount, outbound: OutboundMessage, values: Mapping[str, str] = NOTHING) -> Outcome:
        """Send the stored parts, unmasked. A part that had arrived before is refused as a duplicate, which counts as sent."""
        client = client_of(account)
        for part in outbound.payload["parts"]:
            try:
                self._send_part(client, account, outbound, part | {"payload": unmasked(part["payload"], values)})
            except (WecomError, WecomUnreachable, WecomTimeout) as error:
                outcome = outcome_of(error, outbound)
                if outcome is not None:
                    return outcome
        return Sent()

    def _send_part(self, client: WecomClient, account: ChannelAccount, outbound: OutboundMessage, part: dict) -> None:
        message = {"msgid": part["id"], "msgtype": part["msgtype"], "payload": part["payload"]}
        if outbound.event_code:
            client.send_msg_on_event(code=outbound.event_code, **message)
        else:
            client.send_msg(touser=outbound.conversation.identity.external_id, open_kfid=open_kfid_of(account), **message)


def outcome_of(error: WecomError | WecomUnreachable | WecomTimeout, outbound: OutboundMessage) -> Outcome | None:
    """What a refusal of one part means for the message; None when the part had arrived before."""
    if isinstance(error, WecomTimeout):
        return Unclear(backoff(outbound.attempts), str(error))
    if isinstance(error, WecomUnreachable):
        return Retry(backoff(outbound.attempts), error.code, str(error))
    if error.errcode == DUPLICATE or (error.errcode == OVER_QUOTA and outbound.payload.get("unclear")):
        # Our own count had room for this message: WeCom's is full because the attempt without an answer had arrived.
        return None
    if error.action is Action.RETRY or error.action is Action.REFRESH:
        return Retry(backoff(outbound.attempts, error.errcode), str(error.errcode), str(error))
    if error.action is Action.CONFIG and not outbound.event_code:
        return Retry(CONFIG_S, str(error.errcode), str(error))
    return Failed(str(error.errcode), str(error), offer=not outbound.event_code)


def _budget_check(budget: Budget) -> None:
    if budget.seconds is None:
        raise WecomError(WRONG_STATE)
    if budget.seconds > SESSION_S:
        raise WecomError(TOO_LATE)
    if budget.left <= 0:
        raise WecomError(OVER_QUOTA)


def _numbered(outbound: OutboundMessage, parts: tuple[dict, ...]) -> tuple[dict, ...]:
    return tuple({"id": own_msgid(f"{outbound.idempotency_key}:{number}"), **part} for number, part in enumerate(parts))


def _menu(outbound: OutboundMessage) -> tuple[dict, ...]:
    items = [MenuItem(str(item["id"]), str(item["label"])) for item in outbound.payload.get("items", [])]
    head = outbound.payload.get("head") or outbound.text
    return ({"msgtype": "msgmenu", "payload": menu_payload(head=head, items=items, tail=outbound.payload.get("tail", ""))},)
