"""Callback XML (wecom protocol notes a.4, b.2), parsed without DTDs or entities."""

from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape

from defusedxml import DefusedXmlException, ElementTree

from conversations.channels.wecom_kf.crypto import XML_PARSE, CallbackCryptoError

KF_MSG_OR_EVENT = "kf_msg_or_event"
KF_ACCOUNT_AUTH_CHANGE = "kf_account_auth_change"


@dataclass(frozen=True, slots=True)
class Envelope:
    """The outer, still encrypted body."""

    to_user_name: str
    agent_id: str
    encrypt: str


@dataclass(frozen=True, slots=True)
class Callback:
    """The decrypted body. A doorbell (`kf_msg_or_event`) carries `token` and `open_kfid`;
    `kf_account_auth_change` carries the accounts granted to or taken from the app."""

    to_user_name: str
    event: str
    create_time: int
    token: str = ""
    open_kfid: str = ""
    granted: tuple[str, ...] = ()
    revoked: tuple[str, ...] = ()


def _root(body: bytes | str) -> Element:
    try:
        return ElementTree.fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError) as error:
        raise CallbackCryptoError(XML_PARSE) from error


def _text(root: Element, name: str) -> str:
    return (root.findtext(name) or "").strip()


def envelope_parse(body: bytes | str) -> Envelope:
    """CallbackCryptoError -40002 when the body is not XML or has no Encrypt."""
    root = _root(body)
    envelope = Envelope(_text(root, "ToUserName"), _text(root, "AgentID"), _text(root, "Encrypt"))
    if not envelope.encrypt:
        raise CallbackCryptoError(XML_PARSE)
    return envelope


def callback_parse(message: str) -> Callback:
    """CallbackCryptoError -40002 when the message is not XML; unknown events are returned with their name."""
    root = _root(message)
    created = _text(root, "CreateTime")
    return Callback(
        to_user_name=_text(root, "ToUserName"),
        event=_text(root, "Event"),
        create_time=int(created) if created.isascii() and created.isdigit() else 0,
        token=_text(root, "Token"),
        open_kfid=_text(root, "OpenKfId"),
        granted=tuple((node.text or "").strip() for node in root.iter("AuthAddOpenKfId")),
        revoked=tuple((node.text or "").strip() for node in root.iter("AuthDelOpenKfId")),
    )


def envelope_render(*, to_user_name: str, encrypt: str) -> str:
    """The outer body as WeCom posts it."""
    return f"<xml><ToUserName>{escape(to_user_name)}</ToUserName><Encrypt><![CDATA[{encrypt}]]></Encrypt><AgentID></AgentID></xml>"


def doorbell_render(*, corp_id: str, create_time: int, token: str, open_kfid: str) -> str:
    """The inner body of a doorbell."""
    return (
        f"<xml><ToUserName><![CDATA[{corp_id}]]></ToUserName><CreateTime>{create_time}</CreateTime>"
        f"<MsgType><![CDATA[event]]></MsgType><Event><![CDATA[{KF_MSG_OR_EVENT}]]></Event>"
        f"<Token><![CDATA[{token}]]></Token><OpenKfId><![CDATA[{open_kfid}]]></OpenKfId></xml>"
    )
