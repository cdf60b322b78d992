"""Periodic care of the search index. Found by Celery through knowledge/tasks.py."""

from threading import Thread

from celery import shared_task
from celery.signals import worker_ready

from knowledge.models import KnowledgeBase
from knowledge.retrieval import terms
from knowledge.retrieval.background import release_background_ensure
from knowledge.retrieval.indexes import release_index_ensure
from knowledge.retrieval.mining import KIND as MINE
from knowledge.retrieval.mining import words_mine
from knowledge.retrieval.recut import bases_to_recut, recut_open, recut_run
from knowledge.retrieval.refresh import impacts_refresh, statistics_of_deleted_bases_drop
from knowledge.retrieval.wordings import KIND as SUGGEST
from knowledge.retrieval.wordings import wordings_suggest
from scrm.ai.selectors import active_release_or_none
from scrm.jobs.services import job_open


@shared_task(name="knowledge.lexical_refresh")
def lexical_refresh_task() -> None:
    """Every base whose average length has drifted, or whose rows are behind its dictionary; and what the release in use should have had before it served."""
    for base_id in KnowledgeBase.objects.order_by("pk").values_list("pk", flat=True):
        impacts_refresh(base_id)
    statistics_of_deleted_bases_drop()
    for base in KnowledgeBase.objects.filter(pk__in=bases_to_recut()):
        recut_run(recut_open(base).pk)
    if release := active_release_or_none():
        release_index_ensure(release)
        release_background_ensure(release)


@shared_task(name="knowledge.words_recut")
def words_recut_task(job_id: int) -> None:
    """A dictionary has changed."""
    recut_run(job_id)


@shared_task(name="knowledge.words_mine")
def words_mine_task(job_id: int) -> None:
    """Somebody wants words suggested for a dictionary."""
    words_mine(job_id)


@shared_task(name="knowledge.wordings_suggest")
def wordings_suggest_task(job_id: int) -> None:
    """Somebody wants similar questions suggested for the entries of a base."""
    wordings_suggest(job_id)


@shared_task(name="knowledge.suggestions_weekly")
def suggestions_weekly_task() -> None:
    """New words and similar questions for every base that answers."""
    for base in KnowledgeBase.objects.filter(scratch=False, live_chunks__gt=0).order_by("pk"):
        words_mine(job_open(kind=MINE, subject_id=base.pk, title=base.name).pk)
        wordings_suggest(job_open(kind=SUGGEST, subject_id=base.pk, title=base.name).pk)


@worker_ready.connect
def words_warm(sender, **kwargs) -> None:
    """The first customer does not wait for the dictionary of words."""
    if "interactive" in sender.app.amqp.queues.consume_from:
        Thread(target=terms.warm, name="warm words", daemon=True).start()
