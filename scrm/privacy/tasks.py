"""Background work of the vault."""

from celery import shared_task

from scrm.privacy.vault import vault_purge


@shared_task(name="privacy.purge")
def purge_task() -> None:
    vault_purge()
