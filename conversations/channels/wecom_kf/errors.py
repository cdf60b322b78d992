"""What WeCom's error codes mean and what to do (wecom protocol notes b.12, f.3)."""

import re
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from scrm.core.errors import ScrmError, Unavailable


class Action(StrEnum):
    """RETRY later; REFRESH the access token and try once more; STOP: this call will never succeed; CONFIG: a person must act first."""

    RETRY = "retry"
    REFRESH = "refresh"
    STOP = "stop"
    CONFIG = "config"


R, F, S, C = Action.RETRY, Action.REFRESH, Action.STOP, Action.CONFIG

ERRORS: dict[int, tuple[Action, object]] = {
    -1: (R, _("WeCom is busy. It is tried again by itself.")),
    40001: (C, _("The secret is wrong. Copy the app's Secret again from the WeCom console.")),
    40003: (S, _("The user ID is not valid.")),
    40007: (S, _("The media file is not valid or older than three days. Upload it again.")),
    40013: (C, _("The corp ID is wrong. Copy it from My Company in the WeCom console.")),
    40014: (F, _("The access token is not valid.")),
    40035: (S, _("WeCom refused a parameter.")),
    40058: (S, _("WeCom refused a parameter.")),
    40063: (S, _("WeCom misses a parameter.")),
    40096: (S, _("This customer belongs to another corp or app.")),
    40201: (S, _("WeCom's spam protection refused the message.")),
    40204: (S, _("WeCom's spam protection refused the message.")),
    41001: (F, _("The access token is missing.")),
    41051: (S, _("The customer has begun to talk already, so no welcome is sent.")),
    41096: (R, _("The welcome is being sent by another call.")),
    42001: (F, _("The access token has expired.")),
    44004: (S, _("The message is empty.")),
    45001: (S, _("The media file is too large.")),
    45002: (S, _("The message is too long.")),
    45009: (R, _("WeCom's call limit is reached. It is tried again later by itself.")),
    45033: (R, _("Too many calls at once. It is tried again by itself.")),
    45035: (R, _("The record is being written by another call. It is tried again by itself.")),
    48001: (C, _("The app may not call this interface. Grant it in the WeCom console.")),
    48002: (C, _("The app may not call this interface. Grant it in the WeCom console.")),
    48006: (C, _("The permission was withdrawn because the app was idle. An administrator has to grant it again.")),
    48007: (
        C,
        _(
            "This customer service account is not granted to the app. In the console open WeChat customer service, API, and assign the account."
        ),
    ),
    48010: (C, _("WeCom refuses this TLS version. Use TLS 1.2 or newer.")),
    50003: (C, _("The app is disabled. Enable it in the WeCom console.")),
    60011: (C, _("The member is outside the app's visible scope. Widen it in the WeCom console.")),
    60020: (
        C,
        _("This server's IP address is not trusted. Add it to the app's trusted IPs in the WeCom console; it takes about a minute."),
    ),
    60021: (C, _("The member is outside the app's visible scope. Widen it in the WeCom console.")),
    60030: (C, _("The member is outside the app's visible scope. Widen it in the WeCom console.")),
    60031: (C, _("The app may not call the server API.")),
    60251: (C, _("The customer service account ID is missing.")),
    60252: (C, _("The customer service account ID is wrong.")),
    60253: (S, _("The member is not a servicer of this account.")),
    95000: (C, _("The customer service account ID is wrong.")),
    95001: (S, _("Five messages were sent since the customer last wrote; WeCom allows no more until the customer writes again.")),
    95002: (S, _("The customer wrote more than 48 hours ago; WeCom allows no message until the customer writes again.")),
    95003: (C, _("The corp is not verified.")),
    95004: (C, _("The customer service account was deleted or belongs to another corp.")),
    95007: (R, _("The callback's token is stale.")),
    95008: (S, _("A menu has more than ten items.")),
    95009: (S, _("A menu item has a wrong type.")),
    95011: (C, _("The secret is of another edition of WeChat customer service.")),
    95012: (C, _("The secret is of another edition of WeChat customer service.")),
    95013: (S, _("The session has ended.")),
    95014: (S, _("The member is not a servicer or has not activated the account.")),
    95016: (S, _("The session cannot change to this state.")),
    95017: (C, _("The API switch is off. Turn it on in WeChat customer service, API.")),
    95018: (S, _("A person answers this session in the WeCom client, or it has ended; WeCom refuses messages by API.")),
    95019: (S, _("The servicer has stopped taking sessions.")),
    95023: (C, _("The account is granted to another app.")),
    95030: (S, _("This type of message is not allowed here.")),
    95031: (S, _("The customer has been silent for 48 hours.")),
    95033: (S, _("This message was sent already.")),
    301002: (C, _("The app is not allowed for this agent ID.")),
}
UNKNOWN_CODE = _("WeCom refused the call.")
TRUST_THIS_IP = _("Add this IP address: %(ip)s.")

# fail_type of the event msg_send_fail (notes b.3).
SEND_FAILURES: dict[int, object] = {
    0: _("WeCom gave no reason."),
    1: _("The customer service account was deleted."),
    2: _("The app was turned off."),
    4: _("The customer wrote more than 48 hours ago; WeCom allows no message until the customer writes again."),
    5: _("The session has ended."),
    6: _("Five messages were sent since the customer last wrote; WeCom allows no more until the customer writes again."),
    8: _("The corp is not verified."),
    10: _("The customer refuses messages."),
    11: _("No member of the corp has signed in to the app."),
    12: _("This type of message is not allowed here."),
    13: _("WeCom's safety limit stopped the message."),
}


def untrusted_ip(errmsg: str) -> str:
    """The address named by error 60020 ("... from ip: 1.2.3.4 ..."), or ""."""
    found = re.search(r"from ip:\s*([0-9a-fA-F.:]+)", errmsg)
    return found.group(1) if found else ""


class WecomError(ScrmError):
    """WeCom answered with an errcode. `message` says what happened and what to do; `action` how to go on. Never branch on errmsg."""

    code, status = "wecom_error", 502

    def __init__(self, errcode: int, errmsg: str = ""):
        self.errcode, self.errmsg = errcode, errmsg
        self.action, meaning = ERRORS.get(errcode, (Action.STOP, UNKNOWN_CODE))
        parts = [str(meaning)]
        if errcode == 60020 and untrusted_ip(errmsg):
            parts.append(str(TRUST_THIS_IP) % {"ip": untrusted_ip(errmsg)})
        super().__init__(f"{' '.join(parts)} ({errcode})")


class WecomUnreachable(Unavailable):
    """The call did not reach WeCom, or something that is not WeCom answered: nothing happened there as far as we know."""

    code = "wecom_unreachable"
    default_message = _("WeCom's server cannot be reached. Check the network and SCRM_WECOM_API_BASE.")


class WecomTimeout(Unavailable):
    """The call left, its answer did not come: it may have taken effect."""

    code = "wecom_timeout"
    default_message = _("WeCom's server did not answer in time.")
