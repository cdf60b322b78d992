"""Claims: take rows for work so that two workers never take the same one."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone


def lease_until(seconds: float):
    """The moment a claim made now runs out."""
    return timezone.now() + timedelta(seconds=seconds)


def free() -> Q:
    """Rows that no worker is at, of models that are QUEUED and then RUNNING under a lease: never begun, or left by a worker that died."""
    return Q(state="queued") | Q(state="running", lease_until__lt=timezone.now())


def claim(rows: QuerySet, *, seconds: float) -> bool:
    """Make a free one of these rows RUNNING for so long; whether this call got it."""
    return bool(rows.filter(free()).update(state="running", lease_until=lease_until(seconds)))


class ClaimQuerySet(QuerySet):
    """Adds `locked()`: the rows of this query that nobody else holds, locked for the surrounding transaction."""

    def locked(self):
        return self.select_for_update(skip_locked=True, of=("self",))
