"""Periodic care of the search index. Found by Celery through knowledge/tasks.py."""

from threading import Thread

from celery import shared_task
from celery.signals import worker_ready

from knowledge.models import KnowledgeBase
from knowledge.retrieval import terms
from knowledge.retrieval.background import release_background_ensure
from knowledge.retrieval.indexes import release_index_ensure
from knowledge.retrieval.refresh import impacts_refresh, statistics_of_deleted_bases_drop
from scrm.ai.selectors import active_release_or_none


@shared_task(name="knowledge.lexical_refresh")
def lexical_refresh_task() -> None:
    """Every base whose average length has drifted; and what the release in use should have had before it served."""
    for base_id in KnowledgeBase.objects.order_by("pk").values_list("pk", flat=True):
        impacts_refresh(base_id)
    statistics_of_deleted_bases_drop()
    if release := active_release_or_none():
        release_index_ensure(release)
        release_background_ensure(release)


@worker_ready.connect
def words_warm(sender, **kwargs) -> None:
    """The first customer does not wait for the dictionary of words."""
    if "interactive" in sender.app.amqp.queues.consume_from:
        Thread(target=terms.warm, name="warm words", daemon=True).start()
