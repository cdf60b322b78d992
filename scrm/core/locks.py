"""Postgres advisory locks, keyed by words."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import OperationalError, connection, transaction

_LOCK_NOT_AVAILABLE = "55P03"


def lock_key(*parts: object) -> int:
    """A signed 64-bit key from the parts' text (first 8 bytes of SHA-256)."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)


def lock_in_tx(*parts: object) -> None:
    """Wait for the lock; it is released at the end of the surrounding transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock_key(*parts)])


def lock_shared_in_tx(*parts: object) -> None:
    """Hold the lock together with others who share it; who wants it alone (lock_in_tx) waits for all of them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_key(*parts)])


@contextmanager
def try_session_lock(*parts: object) -> Iterator[bool]:
    """Yield whether the lock was free. Held by the connection, outside any transaction; a killed process frees it."""
    key = lock_key(*parts)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [key])
        taken = cursor.fetchone()[0]
    try:
        yield taken
    finally:
        if taken:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [key])


def session_lock_taken(*parts: object) -> bool:
    """Take the lock if it is free, to be given back by `session_lock_free`; a killed process frees it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [lock_key(*parts)])
        return cursor.fetchone()[0]


def session_lock_free(*parts: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [lock_key(*parts)])


def session_lock_outlasted(*parts: object, seconds: float) -> bool:
    """Wait until whoever holds the lock gives it back; False when it is still held after so many seconds. It is not ours afterwards."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{max(1, round(seconds * 1000))}ms"])
            cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [lock_key(*parts)])
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True
