"""Signs of life in Redis: each worker and the scheduler give one every two seconds, and it fades when they stop.

`zhike:alive:<kind>` is a sorted set of host:pid by Redis's own clock; `zhike:alive:<kind>:<host:pid>` holds the facts as JSON.
Kinds are "beat" and "worker:<queue>".
"""

import json
import os
import socket
import threading
from collections.abc import Callable

import redis
from django.conf import settings

EVERY_S = 2.0
TTL_S = 10
TIMEOUT_S = 1.0


def client() -> redis.Redis:
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S, decode_responses=True)


def set_key(kind: str) -> str:
    return f"zhike:alive:{kind}"


def living(kind: str) -> list[dict]:
    """The facts of everyone of `kind` who gave a sign within TTL_S. Raises redis.RedisError when Redis is away."""
    with client() as connection:
        seconds, _ = connection.time()
        members = connection.zrangebyscore(set_key(kind), seconds - TTL_S, "+inf")
        values = connection.mget([f"{set_key(kind)}:{member}" for member in members]) if members else []
    return [json.loads(value) for value in values if value]


class Heartbeat:
    """A daemon thread that gives a sign with `facts()` every EVERY_S seconds until `stop`."""

    def __init__(self, kind: str, facts: Callable[[], dict]):
        self.kind = kind
        self.member = f"{socket.gethostname()}:{os.getpid()}"
        self.facts = facts
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"heartbeat {kind}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join(TIMEOUT_S * 3)

    def _run(self) -> None:
        connection = client()
        while not self._stopped.is_set():
            self._quietly(self._give, connection)
            self._stopped.wait(EVERY_S)
        self._quietly(self._take_back, connection)

    def _give(self, connection: redis.Redis) -> None:
        key = set_key(self.kind)
        seconds, _ = connection.time()
        with connection.pipeline() as pipe:
            pipe.set(f"{key}:{self.member}", json.dumps(self.facts()), ex=TTL_S)
            pipe.zadd(key, {self.member: seconds})
            pipe.zremrangebyscore(key, "-inf", seconds - TTL_S)
            pipe.execute()

    def _take_back(self, connection: redis.Redis) -> None:
        connection.zrem(set_key(self.kind), self.member)

    def _quietly(self, act: Callable[[redis.Redis], None], connection: redis.Redis) -> None:
        try:
            act(connection)
        except (redis.RedisError, OSError):
            pass  # Redis is away: readiness says so by itself, and the next beat tries again
