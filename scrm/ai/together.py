"""What all processes of a deployment know together of their endpoints: small scripts in Redis, one round trip each."""

import logging
import time
from collections.abc import Sequence
from functools import lru_cache

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

TIMEOUT_S = 0.3
AGAIN_S = 5.0  # so long nobody asks a Redis that did not answer

log = logging.getLogger(__name__)
_away_until = 0.0  # time.monotonic()


def asked(script: str, keys: Sequence[str], arguments: Sequence[str | int]):
    """What the Lua script gives; None while Redis does not answer, at once for AGAIN_S after it did not."""
    global _away_until
    if time.monotonic() < _away_until:
        return None
    try:
        return _script(settings.REDIS_URL, script)(keys=list(keys), args=list(arguments))
    except redis.RedisError as error:
        _away_until = time.monotonic() + AGAIN_S
        log.warning("Redis does not answer (%s): each process goes by what it knows itself", type(error).__name__)
        return None


@lru_cache(maxsize=32)
def _script(url: str, script: str):
    return _client(url).register_script(script)


@lru_cache(maxsize=4)
def _client(url: str) -> redis.Redis:
    once_more = Retry(NoBackoff(), 1)  # a line that Redis closed while it was idle
    return redis.Redis.from_url(url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, retry=once_more, decode_responses=True)
