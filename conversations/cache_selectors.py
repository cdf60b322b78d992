"""Questions about the answer cache."""

from datetime import timedelta

from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from conversations.choices import CacheUseKind
from conversations.models import CachedAnswer, CacheUse
from knowledge.models import KnowledgeBase
from scrm.core.errors import NotFound

DAYS = 7
HITS = (CacheUseKind.EXACT, CacheUseKind.SEMANTIC, CacheUseKind.JOINED)


def cache_figures(user) -> dict:
    """Of the last DAYS days, in bases this user may use: looks, hits by kind, `rate` (percent, None without a look), saved seconds, entries."""
    uses = CacheUse.objects.visible_to(user).filter(created_at__gte=timezone.now() - timedelta(days=DAYS))
    counts = {str(kind): Count("pk", filter=Q(kind=kind)) for kind in HITS}
    found = uses.aggregate(looks=Count("pk"), saved_ms=Sum("saved_ms"), **counts)
    hits = sum(found[str(kind)] for kind in HITS)
    rate = round(100 * hits / found["looks"]) if found["looks"] else None
    saved = round((found["saved_ms"] or 0) / 1000, 1)
    return found | {"hits": hits, "rate": rate, "saved_s": saved, "entries": cached_answers(user).count(), "days": DAYS}


def cached_answers(user, search: str = "") -> QuerySet[CachedAnswer]:
    """Entries that may be given now, of bases the user may use, the newest first; not those of a measurement under way."""
    rows = CachedAnswer.objects.visible_to(user).filter(valid_until__gt=timezone.now()).defer("vector", "quotes")
    scratch = list(KnowledgeBase.objects.filter(scratch=True).values_list("pk", flat=True))
    rows = rows.exclude(base_ids__overlap=scratch) if scratch else rows
    return rows.filter(Q(question__icontains=search) | Q(answer__icontains=search)) if search else rows


def cached_answer_visible(user, pk: int) -> CachedAnswer:
    """NotFound unless every base of the entry is granted."""
    row = CachedAnswer.objects.visible_to(user).filter(pk=pk).first()
    if row is None:
        raise NotFound
    return row


def base_names(entries) -> dict[int, str]:
    """Names of the bases of these entries, by id."""
    wanted = {pk for entry in entries for pk in entry.base_ids}
    return dict(KnowledgeBase.objects.filter(pk__in=wanted).values_list("pk", "name"))
