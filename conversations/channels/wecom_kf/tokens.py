"""Access tokens, one per app secret, shared by all processes through Redis (wecom protocol notes f.1)."""

import hashlib
import json
import time
from collections.abc import Callable
from functools import cache

import redis
from django.conf import settings
from redis.exceptions import LockError

from conversations.channels.wecom_kf.errors import Action, WecomError, WecomTimeout, WecomUnreachable

RENEW_BEFORE_S = 300
LOCK_S = 20  # longer than one gettoken may take (connect 3 s + read 8 s)
# A refused gettoken is not repeated for this long: WeCom blocks the IP for an hour after repeated wrong secrets.
REFUSED_S = {Action.CONFIG: 60, Action.STOP: 60, Action.RETRY: 3, Action.REFRESH: 3}
UNREACHABLE_S = 2

Fetch = Callable[[], tuple[str, int]]


@cache
def shared_redis() -> redis.Redis:
    """One connection pool a process; short time-outs so that a dead Redis is an error, not a hang."""
    return redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=2, socket_timeout=5, decode_responses=True)


class TokenStore:
    """The token of one (base, corp, secret). `fetch` calls gettoken: () -> (token, seconds it lives).

    Under the lock only one process calls gettoken, however many saw the token fail; the others take what it stored.
    """

    def __init__(self, *, base: str, corp_id: str, secret: str, fetch: Fetch, store: redis.Redis | None = None):
        digest = hashlib.sha256(f"{base}\x1f{corp_id}\x1f{secret}".encode()).hexdigest()[:32]
        self._key, self._refused_key, self._lock_key = (f"wecom:{kind}:{digest}" for kind in ("token", "refused", "lock"))
        self._fetch, self._redis = fetch, store or shared_redis()

    def get(self) -> str:
        """A usable token. WecomError or WecomUnreachable when none can be had."""
        try:
            return self._redis.get(self._key) or self._renewed(failed="")
        except (redis.RedisError, LockError) as error:
            raise WecomUnreachable from error

    def replace(self, failed: str) -> str:
        """A token other than `failed`, which WeCom has just refused."""
        try:
            return self._renewed(failed=failed)
        except (redis.RedisError, LockError) as error:
            raise WecomUnreachable from error

    def forget(self) -> None:
        """Drop token and remembered refusal, so that the next call asks WeCom afresh."""
        self._redis.delete(self._key, self._refused_key)

    def _renewed(self, failed: str) -> str:
        with self._redis.lock(self._lock_key, timeout=LOCK_S, blocking_timeout=LOCK_S, sleep=0.02):
            cached = self._redis.get(self._key)
            if cached and cached != failed:
                return cached
            self._raise_if_refused()
            return self._fetched()

    def _raise_if_refused(self) -> None:
        refused = self._redis.get(self._refused_key)
        if refused:
            errcode, errmsg = json.loads(refused)
            raise WecomError(errcode, errmsg) if errcode else WecomUnreachable

    def _fetched(self) -> str:
        started = time.monotonic()
        try:
            token, lives_s = self._fetch()
        except WecomError as error:
            self._redis.set(self._refused_key, json.dumps([error.errcode, error.errmsg]), ex=REFUSED_S[error.action])
            raise
        except (WecomUnreachable, WecomTimeout) as error:
            self._redis.set(self._refused_key, json.dumps([0, ""]), ex=UNREACHABLE_S)
            raise WecomUnreachable from error  # a gettoken without answer means that the call itself never left
        # Short-lived tokens (only a simulator gives them) keep nine tenths of their life.
        usable_s = lives_s - min(RENEW_BEFORE_S, lives_s // 10) - (time.monotonic() - started)
        self._redis.set(self._key, token, px=max(int(usable_s * 1000), 1000))
        return token
