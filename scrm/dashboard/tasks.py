"""Notices by e-mail, on the queue `bulk`."""

from celery import shared_task

from scrm.dashboard.services import notices_mail


@shared_task(name="dashboard.notices_mail")
def notices_mail_task() -> None:
    notices_mail()
