"""Background work of this room."""

from celery import shared_task
from django.conf import settings

from scrm.ai.models import ModelRelease
from training.services.annotation_gathering import annotation_gather
from training.services.bandit import bandit_learn
from training.services.canary import canaries_watch
from training.services.erasures import erasures_follow
from training.services.feedback import feedback_record, source_opening_record
from training.services.follow_ups import follow_ups_gather
from training.services.import_work import import_work
from training.services.imports import imports_drain
from training.services.nights import night_run, nightly, nights_drain
from training.services.old_vectors import old_vectors_remove
from training.services.promotion import releases_watch
from training.services.shadow import shadows_run
from training.services.unknown import unknown_gather
from training.services.writers import adapter_unload


@shared_task(name="training.feedback_record")
def feedback_record_task(turn_id: int, author: str, solved: int) -> None:
    feedback_record(turn_id=turn_id, author=author, solved=bool(solved))


@shared_task(name="training.source_opened")
def source_opened_task(author_id: int, turn_id: int, question_id: int, number: int, document_id: int) -> None:
    source_opening_record(author_id=author_id, turn_id=turn_id, question_id=question_id, number=number, document_id=document_id)


@shared_task(name="training.bandit_learn")
def bandit_learn_task() -> None:
    bandit_learn()
    if settings.BANDIT:
        from training.bandit_figures import figures_store  # numpy: not for the web process

        figures_store()


@shared_task(name="training.night_run")
def night_run_task(job_id: int) -> None:
    night_run(job_id=job_id)


@shared_task(name="training.nightly")
def nightly_task() -> None:
    nightly()


@shared_task(name="training.nights_drain")
def nights_drain_task() -> None:
    nights_drain()


@shared_task(name="training.releases_watch")
def releases_watch_task() -> None:
    releases_watch()


@shared_task(name="training.adapter_unload")
def adapter_unload_task(release_id: int) -> None:
    adapter_unload(ModelRelease.objects.filter(pk=release_id).first())


@shared_task(name="training.unknown_gather")
def unknown_gather_task() -> None:
    unknown_gather()


@shared_task(name="training.annotation_gather")
def annotation_gather_task() -> None:
    annotation_gather()


@shared_task(name="training.import_work")
def import_work_task(job_id: int) -> None:
    import_work(job_id=job_id)


@shared_task(name="training.imports_drain")
def imports_drain_task() -> None:
    imports_drain()


@shared_task(name="training.follow_ups_gather")
def follow_ups_gather_task() -> None:
    follow_ups_gather()


@shared_task(name="training.erasures_follow")
def erasures_follow_task() -> None:
    erasures_follow()


@shared_task(name="training.canaries_watch")
def canaries_watch_task() -> None:
    canaries_watch()


@shared_task(name="training.shadows_run")
def shadows_run_task() -> None:
    shadows_run()


@shared_task(name="training.old_vectors_remove")
def old_vectors_remove_task() -> None:
    old_vectors_remove()
