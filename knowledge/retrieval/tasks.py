"""Periodic care of the search index. Found by Celery through knowledge/tasks.py."""

from celery import shared_task

from knowledge.models import KnowledgeBase
from knowledge.retrieval.refresh import impacts_refresh, statistics_of_deleted_bases_drop


@shared_task(name="knowledge.lexical_refresh")
def lexical_refresh_task() -> None:
    """Every base whose average length has drifted."""
    for base_id in KnowledgeBase.objects.order_by("pk").values_list("pk", flat=True):
        impacts_refresh(base_id)
    statistics_of_deleted_bases_drop()
