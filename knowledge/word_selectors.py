"""Questions about dictionaries: always filtered by the asker's grants."""

from django.db.models import Q, QuerySet

from knowledge.choices import WordState
from knowledge.models import BaseWord, KnowledgeBase
from knowledge.retrieval.mining import KIND as MINE
from knowledge.retrieval.recut import KIND as RECUT
from scrm.core.errors import NotFound
from scrm.jobs.choices import LIVE_STATES
from scrm.jobs.models import Job


def word_visible(user, pk: int) -> BaseWord:
    """Raises NotFound, also without a grant."""
    word = BaseWord.objects.visible_to(user).select_related("base").filter(pk=pk).first()
    if word is None:
        raise NotFound
    return word


def words_of(base: KnowledgeBase, *, search: str = "") -> QuerySet[BaseWord]:
    """The words in force, with synonyms first."""
    rows = BaseWord.objects.filter(base=base, state=WordState.ACTIVE)
    if search:
        rows = rows.filter(Q(word__icontains=search) | Q(synonyms__icontains=search))
    return rows.order_by("kind", "word")


def words_suggested(base: KnowledgeBase) -> QuerySet[BaseWord]:
    return BaseWord.objects.filter(base=base, state=WordState.SUGGESTED).order_by("-seen", "word")


def words_running(base: KnowledgeBase) -> dict[str, Job]:
    """Live jobs of the dictionary: {"recut": ..., "mine_words": ...}."""
    jobs = Job.objects.filter(kind__in=[RECUT, MINE], subject_id=base.pk, state__in=LIVE_STATES)
    return {job.kind: job for job in jobs}
