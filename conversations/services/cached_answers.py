"""What people and the clock do to the answer cache; what documents do to it, the database does (migration 0009)."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils import timezone

from conversations.models import CachedAnswer, CacheUse
from knowledge.models import KnowledgeBase
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import NotFound

DELETE = "conversations.delete_cachedanswer"
KEEP_USES = timedelta(days=31)
_BATCH = 5_000


def cached_answer_remove(*, actor, entry: CachedAnswer) -> None:
    """The next asker has the answer worked out anew. NotAllowed by role; NotFound unless every base of the entry is granted."""
    policy.require(actor, DELETE)
    with transaction.atomic(durable=True):
        row = CachedAnswer.objects.visible_to(actor).select_for_update().filter(pk=entry.pk).first()
        if row is None:
            raise NotFound
        audit_record(actor=actor, action="cachedanswer.delete", subject=row, detail={"bases": row.base_ids})
        row.delete()


def cached_answers_clear(*, actor, base: KnowledgeBase) -> int:
    """Forget every answer that rests on this base; how many there were. NotAllowed without the role's permission or the base's grant."""
    policy.require(actor, DELETE, base)
    with transaction.atomic(durable=True):
        count = CachedAnswer.objects.filter(base_ids__contains=[base.pk]).delete()[0]
        audit_record(actor=actor, action="cachedanswer.clear", subject=base, detail={"entries": count})
    return count


def cached_answers_purge() -> int:
    """Delete entries that have ended, the least recently used beyond ANSWER_CACHE_MOST, and counts of more than a month ago."""
    ended = CachedAnswer.objects.filter(valid_until__lte=timezone.now()).delete()[0]
    surplus = CachedAnswer.objects.count() - max(0, settings.ANSWER_CACHE_MOST)
    while surplus > 0:
        by_use = CachedAnswer.objects.order_by(Coalesce("last_hit_at", "created_at"), "pk")
        ids = list(by_use.values_list("pk", flat=True)[: min(surplus, _BATCH)])
        gone = CachedAnswer.objects.filter(pk__in=ids).delete()[0]
        ended, surplus = ended + gone, surplus - max(gone, 1)
    CacheUse.objects.filter(created_at__lt=timezone.now() - KEEP_USES).delete()
    return ended
