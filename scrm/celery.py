"""The Celery application: queues interactive, bulk and training (see settings/celery.py)."""

import os
import sys

from celery import Celery
from celery.signals import task_postrun, task_prerun

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "scrm.settings.dev")

app = Celery("scrm")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
# Celery would close the thread's connection before and after every task: a new server process of Postgres each time.
app.conf["CELERY_DB_REUSE_MAX"] = sys.maxsize


@task_prerun.connect
@task_postrun.connect
def connections_check(**kwargs) -> None:
    """As between two requests: a connection that broke or is too old is closed, and its next use checks that it lives."""
    from django.db import close_old_connections

    close_old_connections()
