"""A knowledge base for one measurement."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.utils import timezone

from knowledge.models import KnowledgeBase
from knowledge.services.bases import base_create, base_remove


@contextmanager
def scratch_base(*, keep: bool = False) -> Iterator[KnowledgeBase]:
    """A base that nobody sees and that is gone afterwards, also after Ctrl-C; with `keep` it becomes an ordinary one.

    What a killed measurement left more than a day ago is removed as well.
    """
    for left in KnowledgeBase.objects.filter(scratch=True, created_at__lt=timezone.now() - timedelta(days=1)):
        base_remove(actor=None, base=left)
    base = base_create(actor=None, name=f"evaluation {uuid.uuid4().hex[:12]}", scratch=True)
    try:
        yield base
    finally:
        if keep:
            KnowledgeBase.objects.filter(pk=base.pk).update(scratch=False)
        else:
            base_remove(actor=None, base=base)
