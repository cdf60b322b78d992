"""Channel accounts: entering them and finding out why one does not work."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from conversations.channels.wecom_kf.accounts import client_of, credentials_of, open_kfid_of
from conversations.channels.wecom_kf.crypto import CallbackCryptoError, aes_key
from conversations.channels.wecom_kf.errors import WecomError, WecomTimeout, WecomUnreachable
from conversations.choices import ChannelKind
from conversations.models import ChannelAccount
from knowledge.models import KnowledgeBase
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Invalid

ADD, CHANGE = "conversations.add_channelaccount", "conversations.change_channelaccount"
MAX_TOKEN = 32
UNTRUSTED_IP, WRONG_ACCOUNT = 60020, 48007
WRONG_CREDENTIALS = {40001, 40013}


@dataclass(frozen=True)
class Ending:
    """What happens when a conversation of the account ends (fields of ChannelAccount)."""

    asks_satisfaction: bool
    satisfaction_scale: int
    satisfaction_text: str
    idle_minutes: int


def callback_path(account: ChannelAccount) -> str:
    """The path that WeCom's callbacks go to."""
    return reverse("wecom_kf_callback", args=[account.name])


def wecom_account_put(
    *,
    actor,
    name: str,
    corp_id: str,
    open_kfid: str,
    bases: Iterable[KnowledgeBase],
    secret: str = "",
    token: str = "",
    aes_key: str = "",
    welcome_text: str | None = None,
    ending: Ending | None = None,
    account: ChannelAccount | None = None,
) -> ChannelAccount:
    """Create an account, or change the one given or already so named. Blank secrets keep what is stored, and so does no `ending`.

    NotAllowed; Invalid with the field's name when a value cannot work.
    """
    slug = slugify(name, allow_unicode=True)
    account = account or ChannelAccount.objects.filter(name=slug).first()
    policy.require(actor, CHANGE if account else ADD, account)
    given = {"secret": secret.strip(), "token": token.strip(), "aes_key": aes_key.strip()}
    secrets = (account.secrets if account else {}) | {key: value for key, value in given.items() if value}
    config = {"corp_id": corp_id.strip(), "open_kfid": open_kfid.strip()}
    fields_check(slug, config, secrets)
    with transaction.atomic(durable=True):
        row = account or ChannelAccount(kind=ChannelKind.WECOM_KF)
        values = {"name": slug, "config": row.config | config, "secrets": secrets, "last_error": "", "last_error_at": None}
        if welcome_text is not None:
            values["welcome_text"] = welcome_text
        if ending is not None:
            values |= vars(ending)
        if row.config.get("open_kfid", config["open_kfid"]) != config["open_kfid"]:
            # Another account's cursor means nothing, and its history is not ours to answer.
            values |= {"cursor": "", "pulled_at": None}
        for field, value in values.items():
            setattr(row, field, value)
        # Only these: a worker may be moving the cursor meanwhile.
        row.save(update_fields=list(values) if account else None)
        row.bases.set(bases)
        audit_record(actor=actor, action="channel_account.change" if account else "channel_account.add", subject=row)
    return row


def fields_check(name: str, config: dict, secrets: dict) -> None:
    """Invalid, naming the first field that cannot work."""
    required = {"name": name, "corp_id": config.get("corp_id"), "open_kfid": config.get("open_kfid")}
    required |= {key: secrets.get(key) for key in ("secret", "token", "aes_key")}
    missing = [field for field, value in required.items() if not value]
    if missing:
        raise Invalid(_("%(field)s is missing.") % {"field": missing[0]}, code=f"missing_{missing[0]}")
    token = secrets["token"]
    if len(token) > MAX_TOKEN or not token.isascii() or not token.isprintable():
        raise Invalid(_("Token has at most 32 letters and digits."), code="bad_token")
    try:
        aes_key(secrets["aes_key"])
    except CallbackCryptoError as error:
        raise Invalid(error.message, code="bad_aes_key") from error


@dataclass(frozen=True)
class Step:
    """One step of a connection check. `ok` is None when an earlier step failed. `text`: what was found, and what to do."""

    key: str
    label: str
    ok: bool | None
    text: str = ""


STEPS = {
    "fields": _("Fields are complete"),
    "server": _("WeCom's server is reached"),
    "token": _("Corp ID and secret are accepted"),
    "trusted_ip": _("This server's IP address is trusted"),
    "granted": _("The customer service account is granted"),
}


def check_connection(*, account: ChannelAccount, actor=None) -> list[Step]:
    """Try the account for real, step by step: fields, server, token, trusted_ip, granted. Steps behind a failure are not tried."""
    policy.require(actor, CHANGE, account)
    failed, cause = _first_failure(account)
    steps, reached = [], False
    for key, label in STEPS.items():
        if key == failed:
            steps.append(Step(key, str(label), False, cause))
            reached = True
        else:
            steps.append(Step(key, str(label), None if reached else True))
    return steps


def _first_failure(account: ChannelAccount) -> tuple[str, str]:
    """(key of the failing step or "", cause)."""
    try:
        fields_check(account.name, account.config, account.secrets)
    except Invalid as error:
        return "fields", str(error)
    client = client_of(account)
    try:
        client.tokens.get()
        accounts = client.account_list()
    except (WecomUnreachable, WecomTimeout) as error:
        return "server", f"{error} {credentials_of(account).base}"
    except WecomError as error:
        return _step_of(error.errcode), str(error)
    found = [row for row in accounts if row.get("open_kfid") == open_kfid_of(account)]
    if not found or found[0].get("manage_privilege") is False:
        return "granted", str(WecomError(WRONG_ACCOUNT))
    return "", ""


def _step_of(errcode: int) -> str:
    if errcode in WRONG_CREDENTIALS:
        return "token"
    return "trusted_ip" if errcode == UNTRUSTED_IP else "granted"
