"""The server API of WeCom customer service over HTTP (wecom protocol notes b, f)."""

import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import httpx
import redis
from django.conf import settings

from conversations.channels.wecom_kf.errors import WecomError, WecomTimeout, WecomUnreachable
from conversations.channels.wecom_kf.tokens import TokenStore

TIMEOUT = httpx.Timeout(8.0, connect=3.0)
PAGE_LIMIT = 1000
# 40001 also means "token of another secret" when it comes from a call that carried a token.
TOKEN_REFUSED = {40001, 40014, 41001, 42001}


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who calls. `api_base` overrides settings.WECOM_API_BASE (the simulator's accounts)."""

    corp_id: str
    secret: str = field(repr=False)
    api_base: str = ""

    @property
    def base(self) -> str:
        """.../cgi-bin, without a trailing slash."""
        base = (self.api_base or settings.WECOM_API_BASE).rstrip("/")
        return base if base.endswith("/cgi-bin") else base + "/cgi-bin"


@dataclass(frozen=True, slots=True)
class SyncPage:
    """One answer of sync_msg. `rows` are raw; `cursor` is "" when WeCom gave none."""

    rows: tuple[dict, ...]
    cursor: str
    has_more: bool


@cache
def _http(loopback: bool) -> httpx.Client:
    """One keep-alive pool a process. Proxies of the environment apply to the internet, never to this machine."""
    return httpx.Client(timeout=TIMEOUT, trust_env=not loopback, limits=httpx.Limits(max_connections=50, keepalive_expiry=30))


def _client_for(base: str) -> httpx.Client:
    return _http(urlsplit(base).hostname in {"127.0.0.1", "localhost", "::1"})


class WecomClient:
    """Every method raises WecomError (an errcode), WecomUnreachable or WecomTimeout (outcome unknown)."""

    def __init__(self, credentials: Credentials, *, http: httpx.Client | None = None, store: redis.Redis | None = None):
        self._base = credentials.base
        self._http = http or _client_for(self._base)
        self._credentials = credentials
        self.tokens = TokenStore(base=self._base, corp_id=credentials.corp_id, secret=credentials.secret, fetch=self._gettoken, store=store)

    def sync_msg(self, *, open_kfid: str, cursor: str = "", token: str = "", limit: int = PAGE_LIMIT) -> SyncPage:
        """One page of messages after `cursor`; without one, from the earliest of the last three days (notes b.3)."""
        body: dict[str, Any] = {"open_kfid": open_kfid, "limit": limit}
        body |= {"cursor": cursor} if cursor else {}
        body |= {"token": token} if token else {}
        answer = self._call("kf/sync_msg", body)
        rows = answer.get("msg_list")
        rows = tuple(row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
        return SyncPage(rows, str(answer.get("next_cursor") or ""), answer.get("has_more") == 1)

    def send_msg(self, *, touser: str, open_kfid: str, msgid: str, msgtype: str, payload: dict) -> str:
        """Send; the answer is the message's id. A msgid sent before is refused with 95033 (notes b.4)."""
        body = {"touser": touser, "open_kfid": open_kfid, "msgid": msgid, "msgtype": msgtype, msgtype: payload}
        return str(self._call("kf/send_msg", body).get("msgid") or msgid)

    def send_msg_on_event(self, *, code: str, msgid: str, msgtype: str, payload: dict) -> str:
        """Send by an event's single-use code, e.g. a welcome_code within 20 s (notes b.5)."""
        body = {"code": code, "msgid": msgid, "msgtype": msgtype, msgtype: payload}
        return str(self._call("kf/send_msg_on_event", body).get("msgid") or msgid)

    def service_state_get(self, *, open_kfid: str, external_userid: str) -> tuple[int, str]:
        """(service_state 0-4, servicer_userid or "") (notes b.6)."""
        answer = self._call("kf/service_state/get", {"open_kfid": open_kfid, "external_userid": external_userid})
        state = answer.get("service_state")
        # One SDK reads `service_userid`; both spellings have been seen.
        return (state if isinstance(state, int) else 0), str(answer.get("servicer_userid") or answer.get("service_userid") or "")

    def service_state_trans(self, *, open_kfid: str, external_userid: str, service_state: int, servicer_userid: str = "") -> str:
        """Change the session's state; the answer is a msg_code or "" (notes b.6)."""
        body: dict[str, Any] = {"open_kfid": open_kfid, "external_userid": external_userid, "service_state": service_state}
        body |= {"servicer_userid": servicer_userid} if servicer_userid else {}
        return str(self._call("kf/service_state/trans", body).get("msg_code") or "")

    def customer_batchget(self, external_userids: list[str]) -> list[dict]:
        """Profiles of at most 100 customers who wrote in the last 48 hours (notes b.9)."""
        answer = self._call("kf/customer/batchget", {"external_userid_list": external_userids[:100], "need_enter_session_context": 0})
        found = answer.get("customer_list")
        return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []

    def account_list(self) -> list[dict]:
        """All customer service accounts the app can see (notes b.8)."""
        accounts: list[dict] = []
        while True:
            found = self._call("kf/account/list", {"offset": len(accounts), "limit": 100}).get("account_list")
            page = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
            accounts += page
            if len(page) < 100:
                return accounts

    def _call(self, path: str, body: dict) -> dict:
        token = self.tokens.get()
        try:
            return self._post(path, token, body)
        except WecomError as error:
            if error.errcode not in TOKEN_REFUSED:
                raise
        return self._post(path, self.tokens.replace(token), body)

    def _post(self, path: str, token: str, body: dict) -> dict:
        content = json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        return self._answer("POST", path, params={"access_token": token}, content=content, headers=headers)

    def _gettoken(self) -> tuple[str, int]:
        params = {"corpid": self._credentials.corp_id, "corpsecret": self._credentials.secret}
        answer = self._answer("GET", "gettoken", params=params)
        token, lives_s = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token:
            raise WecomUnreachable
        return token, lives_s if isinstance(lives_s, int) else 7200

    def _answer(self, method: str, path: str, **request) -> dict:
        """The decoded answer. An absent errcode is 0 (some successes omit it)."""
        try:
            response = self._http.request(method, f"{self._base}/{path}", **request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise WecomUnreachable from error
        except httpx.TransportError as error:
            raise WecomTimeout from error
        return decoded(response)


def decoded(response: httpx.Response) -> dict:
    """The JSON object of an answer. WecomError for an errcode, WecomUnreachable for anything that is not WeCom's JSON."""
    try:
        answer = response.json()
    except ValueError as error:
        raise WecomUnreachable from error
    if not isinstance(answer, dict) or response.status_code >= 500:
        raise WecomUnreachable
    errcode = answer.get("errcode", 0)
    if errcode != 0:
        raise WecomError(errcode if isinstance(errcode, int) else -1, str(answer.get("errmsg") or ""))
    return answer
