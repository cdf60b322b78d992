"""The callback URL of WeCom customer service (wecom protocol notes 0.1, a.3-a.6): verify, store one row, answer."""

import hashlib
import time
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from psycopg.types.json import Jsonb

from conversations.channels.nudge import nudger
from conversations.channels.wecom_kf import crypto, xml
from conversations.choices import ChannelKind, EventState
from conversations.models import ChannelAccount

# A change of an account's settings is noticed within this time (at once when a callback no longer verifies).
CACHED_S = 3.0
MAX_BODY = 64 * 1024

# One round trip; `synchronous_commit` holds for this statement alone, so a doorbell does not wait for the disk.
_STORE = """
INSERT INTO conversations_inboundevent (account_id, event_key, payload, state, error, received_at)
SELECT %s, %s, %s, %s, '', clock_timestamp() WHERE set_config('synchronous_commit', %s, true) IS NOT NULL
ON CONFLICT (account_id, event_key) DO UPDATE SET state = excluded.state, received_at = excluded.received_at
"""


@dataclass(frozen=True, slots=True)
class Keys:
    """What is needed to open a callback of an account."""

    account_id: int
    enabled: bool
    corp_id: str
    open_kfid: str
    token: str = field(repr=False)
    aes_key: str = field(repr=False)


_cache: dict[str, tuple[float, Keys]] = {}


def keys_of(name: str, *, fresh: bool = False) -> Keys:
    """Keys of the account with this name; Http404 when there is none."""
    cached = _cache.get(name)
    if cached and not fresh:
        if cached[0] > time.monotonic():
            return cached[1]
        # One request of a burst reads them again; the others go on with what is known.
        _cache[name] = (time.monotonic() + CACHED_S, cached[1])
    account = ChannelAccount.objects.filter(name=name, kind=ChannelKind.WECOM_KF).first()
    if account is None:
        _cache.pop(name, None)
        raise Http404
    config, secrets = account.config, account.secrets
    keys = Keys(
        account.pk,
        account.enabled,
        config.get("corp_id", ""),
        config.get("open_kfid", ""),
        secrets.get("token", ""),
        secrets.get("aes_key", ""),
    )
    _cache[name] = (time.monotonic() + CACHED_S, keys)
    return keys


def opened(name: str, request: HttpRequest, ciphertext: str) -> tuple[Keys, str]:
    """(keys, message). When cached keys do not fit, the stored ones are tried before CallbackCryptoError is raised."""
    keys = keys_of(name)
    try:
        return keys, _open(keys, request, ciphertext)
    except crypto.CallbackCryptoError:
        fresh = keys_of(name, fresh=True)
        if fresh == keys:
            raise
        return fresh, _open(fresh, request, ciphertext)


def _open(keys: Keys, request: HttpRequest, ciphertext: str) -> str:
    return crypto.open_sealed(
        token=keys.token,
        encoding_aes_key=keys.aes_key,
        receiveid=keys.corp_id,
        timestamp=request.GET.get("timestamp", ""),
        nonce=request.GET.get("nonce", ""),
        msg_signature=request.GET.get("msg_signature", ""),
        ciphertext=ciphertext,
    )


def event_store(account_id: int, message: str, callback: xml.Callback) -> None:
    """Insert the event, in one statement. The same plaintext again opens the same row again: a doorbell only says "look"."""
    payload = {
        "event": callback.event,
        "token": callback.token,
        "open_kfid": callback.open_kfid,
        "create_time": callback.create_time,
        "granted": callback.granted,
        "revoked": callback.revoked,
    }
    digest = hashlib.sha256(message.encode()).hexdigest()
    # Only a doorbell may be lost with the server: its messages wait at WeCom, and every account is pulled now and then anyway.
    flush = "off" if callback.event == xml.KF_MSG_OR_EVENT else "on"
    _insert([account_id, digest, Jsonb(payload), EventState.RECEIVED, flush])


def _insert(row: list) -> None:
    """Without asking the connection first whether it still lives, which would be a second round trip: a dead one is replaced once."""
    connection.health_check_done = True
    try:
        with connection.cursor() as cursor:
            cursor.execute(_STORE, row)
    except (OperationalError, InterfaceError):
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute(_STORE, row)


def account_for(keys: Keys, callback: xml.Callback) -> int | None:
    """The account a callback is about. An app has one callback URL for all its customer service accounts, so it may be a sibling."""
    if callback.open_kfid in ("", keys.open_kfid):
        return keys.account_id if keys.enabled else None
    return (
        ChannelAccount.objects.filter(
            kind=ChannelKind.WECOM_KF, enabled=True, config__corp_id=keys.corp_id, config__open_kfid=callback.open_kfid
        )
        .values_list("pk", flat=True)
        .first()
    )


@method_decorator(csrf_exempt, name="dispatch")
class CallbackView(View):
    """GET verifies the URL, POST takes a callback. 404 unknown account, 403 without detail for anything that does not verify."""

    def get(self, request: HttpRequest, name: str) -> HttpResponse:
        try:
            _keys, echo = opened(name, request, request.GET.get("echostr", "").replace(" ", "+"))
        except crypto.CallbackCryptoError:
            return HttpResponse(status=403)
        return HttpResponse(echo, content_type="text/plain; charset=utf-8")

    def post(self, request: HttpRequest, name: str) -> HttpResponse:
        keys_of(name)
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BODY:
            return HttpResponse(status=413)
        try:
            keys, message = opened(name, request, xml.envelope_parse(request.body).encrypt)
            callback = xml.callback_parse(message)
        except crypto.CallbackCryptoError:
            return HttpResponse(status=403)
        account_id = account_for(keys, callback)
        if account_id is not None:
            event_store(account_id, message, callback)
            nudger.nudge("conversations.account_pull", account_id)
        return HttpResponse()
