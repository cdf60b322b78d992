"""What this room hears from the others. Receivers only enqueue."""

from django.dispatch import receiver

from conversations.signals import answer_rated, source_opened, turns_erased
from scrm.ai.choices import Purpose
from scrm.ai.registry import release_activated
from scrm.core.tasks import send_after_commit


@receiver(answer_rated, dispatch_uid="training.answer_rated")
def on_answer_rated(sender, *, turn_id: int, author: str, solved: bool, **kwargs) -> None:
    send_after_commit("training.feedback_record", turn_id, author, int(solved))


@receiver(source_opened, dispatch_uid="training.source_opened")
def on_source_opened(sender, *, author_id: int, number: int, document_id: int, turn_id: int = 0, question_id: int = 0, **kwargs) -> None:
    send_after_commit("training.source_opened", author_id, turn_id, question_id, number, document_id, queue="bulk")


@receiver(turns_erased, dispatch_uid="training.turns_erased")
def on_turns_erased(sender, *, turn_ids: list[int], **kwargs) -> None:
    """Without ids: the work finds by itself what was erased, also when this message is lost."""
    send_after_commit("training.erasures_follow", queue="bulk")


@receiver(release_activated, dispatch_uid="training.writer_replaced")
def on_release_activated(sender, *, release, previous, **kwargs) -> None:
    if previous and release.purpose == Purpose.CHAT:
        send_after_commit("training.adapter_unload", previous.pk, queue="bulk")
