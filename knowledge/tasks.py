"""Background work of this room, on the queue `bulk`: an import never delays a reply. Only an edited entry, a few words, goes before."""

from time import monotonic

from celery import shared_task
from celery.signals import worker_ready
from django.conf import settings

from knowledge.ingestion.claims import INGEST, jobs_waiting
from knowledge.ingestion.page_cache import page_images_purge
from knowledge.ingestion.pipeline import jobs_run, turns_run
from knowledge.ingestion.turns import jobs_next, turns_until_done
from knowledge.retrieval.tasks import lexical_refresh_task  # noqa: F401  (Celery looks for tasks in this module)
from knowledge.review_tasks import freshness_review_task  # noqa: F401
from knowledge.services.batches import UNPACK_TASK
from knowledge.services.bulk_changes import bulk_drain
from knowledge.services.bulk_work import TASK as BULK
from knowledge.services.bulk_work import bulk_run
from knowledge.services.purging import documents_purge, files_purge, versions_purge
from knowledge.services.unpacking import archive_unpack, archives_drain
from knowledge.services.uploads import incoming_purge
from knowledge.services.vectors import release_vectors_ensure
from knowledge.trial_tasks import trial_run_task, trials_drain_task  # noqa: F401
from knowledge.web_tasks import web_crawl_task, web_drain_task  # noqa: F401
from scrm.ai.selectors import active_release
from scrm.api.idempotency import keys_purge
from scrm.core.tasks import send

DRAIN_S = 25  # the drain comes every 30


@shared_task(name=INGEST)
def version_ingest_task(*job_ids: int) -> None:
    """Until none of these waits; whose import is next, the order of turns says, not the order of messages."""
    turns_run(turns_until_done(job_ids))


@shared_task(name="knowledge.entries_ingest")
def entries_ingest_task(*job_ids: int) -> None:
    """An edit of a question and answer, on the queue `interactive`: these alone, whoever's files wait for their turn."""
    jobs_run(job_ids)


@shared_task(name="knowledge.ingestion_drain")
def ingestion_drain_task() -> None:
    """Imports whose message was lost or whose worker died."""
    until = monotonic() + DRAIN_S
    turns_run(iter(lambda: jobs_next() if monotonic() < until and jobs_waiting(1) else [], []))


@shared_task(name=BULK)
def bulk_run_task(job_id: int) -> None:
    """One slice of a change of many documents, on the queue `interactive`."""
    bulk_run(job_id=job_id)


@shared_task(name=UNPACK_TASK)
def archive_unpack_task(job_id: int) -> None:
    """One slice of an uploaded archive, on the queue `interactive`."""
    archive_unpack(job_id=job_id)


@shared_task(name="knowledge.bulk_drain")
def bulk_drain_task() -> None:
    """Changes of many documents and archives whose message was lost or whose worker died."""
    bulk_drain()
    archives_drain()


@shared_task(name="knowledge.vectors_complete")
def vectors_complete_task() -> None:
    """Vectors under the active release for live chunks that have none."""
    release_vectors_ensure(active_release())


@shared_task(name="knowledge.purge")
def purge_task() -> None:
    """Nightly: what is past bringing back, and the files of what is gone."""
    versions_purge(days=settings.KEEP_VERSIONS_DAYS)
    documents_purge(days=settings.KEEP_REMOVED_DAYS)
    files_purge()
    page_images_purge()
    incoming_purge()
    keys_purge()


@worker_ready.connect
def drain_at_start(**kwargs) -> None:
    """A worker that takes over from a killed one does not wait for the next period."""
    send("knowledge.ingestion_drain", queue="bulk")
