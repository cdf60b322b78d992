"""What this room hears from the others. Receivers only enqueue."""

from django.dispatch import receiver

from conversations.signals import answer_rated
from scrm.ai.choices import Purpose
from scrm.ai.registry import release_activated
from scrm.core.tasks import send_after_commit


@receiver(answer_rated, dispatch_uid="training.answer_rated")
def on_answer_rated(sender, *, turn_id: int, author: str, solved: bool, **kwargs) -> None:
    send_after_commit("training.feedback_record", turn_id, author, int(solved))


@receiver(release_activated, dispatch_uid="training.writer_replaced")
def on_release_activated(sender, *, release, previous, **kwargs) -> None:
    if previous and release.purpose == Purpose.CHAT:
        send_after_commit("training.adapter_unload", previous.pk, queue="bulk")
