"""Is this deployment ready to answer customers? Cheap questions with short time-outs."""

import redis
from django.conf import settings
from django.db import DatabaseError, connection

from scrm.stack import heartbeats


def readiness() -> dict[str, bool]:
    """One entry a check: database, redis, model, and worker:<queue> for each queue."""
    beats = queue_beats()
    checks = {"database": database_answers(), "redis": beats is not None}
    beats = beats or {}
    checks["model"] = any(beat.get("model") for beat in beats.get("interactive", []))
    for queue in settings.CELERY_QUEUE_NAMES:
        checks[f"worker:{queue}"] = bool(beats.get(queue))
    return checks


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def queue_beats() -> dict[str, list[dict]] | None:
    """The living workers of each queue; None when Redis does not answer."""
    try:
        return {queue: heartbeats.living(f"worker:{queue}") for queue in settings.CELERY_QUEUE_NAMES}
    except (redis.RedisError, OSError):
        return None
