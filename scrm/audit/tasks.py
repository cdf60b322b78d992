"""Background work of the log."""

from celery import shared_task

from scrm.audit.services import audit_purge


@shared_task(name="audit.purge")
def purge_task() -> None:
    audit_purge()
