"""Background work of this room."""

from celery import shared_task

from training.services.feedback import feedback_record


@shared_task(name="training.feedback_record")
def feedback_record_task(turn_id: int, author: str, solved: int) -> None:
    feedback_record(turn_id=turn_id, author=author, solved=bool(solved))
