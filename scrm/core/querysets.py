"""Claims: take rows for work so that two workers never take the same one."""

from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone


def lease_until(seconds: float):
    """The moment a claim made now runs out."""
    return timezone.now() + timedelta(seconds=seconds)


class ClaimQuerySet(QuerySet):
    """Adds `locked()`: the rows of this query that nobody else holds, locked for the surrounding transaction."""

    def locked(self):
        return self.select_for_update(skip_locked=True, of=("self",))
