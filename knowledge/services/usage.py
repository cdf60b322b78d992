"""Which documents answers rest on: what tells used knowledge from unused."""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from knowledge.models import Document

_A_DAY = timedelta(days=1)


def documents_used(document_ids: Iterable[int]) -> None:
    """An answer quoted these now. Written at most once a day a document; one that somebody is changing at this moment is left for the next time."""
    wanted = set(document_ids)
    if not wanted:
        return
    now = timezone.now()
    stale = Q(last_used_at=None) | Q(last_used_at__lt=now - _A_DAY)
    free = Document.objects.filter(stale, pk__in=wanted).select_for_update(skip_locked=True)
    with transaction.atomic():
        Document.objects.filter(pk__in=free.values("pk")).update(last_used_at=now)
