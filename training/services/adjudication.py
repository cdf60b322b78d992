"""Where annotators differ, a third person sees all of their words and decides; the decision is what is learned."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from scrm.access import policy
from scrm.core.errors import Conflict, NotFound
from scrm.core.locks import try_session_lock
from training.models import AnnotationTask
from training.services.annotation import require_said, task_close_in_tx, word_publish
from training.settling import Settled

DECIDE = "training.adjudicate_annotationtask"
State = AnnotationTask.State


def annotation_adjudicate(*, actor, task_id: int, grades: Mapping[int, int], error: str = "", corrected: str = "") -> AnnotationTask:
    """The actor's word in place of those of the annotators, used at once.

    Raises NotAllowed, NotFound, Invalid when nothing was said, Conflict when it is decided, or the actor's own word is among them.
    """
    require_said(grades, error, corrected)
    word = Settled(dict(grades), dict.fromkeys(grades, actor.pk), error, corrected.strip(), rejected=False)
    return _decide(actor, task_id, word)


def annotation_dismiss(*, actor, task_id: int) -> AnnotationTask:
    """Nothing can be learned from it after all. Raises NotAllowed, NotFound, Conflict."""
    return _decide(actor, task_id, Settled({}, {}, "", "", rejected=True))


def disputed_task(user, task_id: int) -> AnnotationTask:
    """Raises NotFound for one that is not disputed or of a base the user may not use; Conflict for one that the user annotated."""
    rows = AnnotationTask.objects.visible_to(user).filter(state=State.DISPUTED)
    task = rows.select_related("base", "turn").filter(pk=task_id).first()
    if task is None:
        raise NotFound
    if task.opinions.filter(author=user).exists():
        raise Conflict(_("You annotated this item; a third person has to decide."))
    return task


def _decide(actor, task_id: int, word: Settled) -> AnnotationTask:
    with try_session_lock("annotation", task_id) as ours:
        if not ours:
            raise Conflict(_("A colleague is saving this very item. Try again in a moment."))
        task = disputed_task(actor, task_id)
        policy.require(actor, DECIDE, task.base)
        word_publish(task=task, word=word, actor=actor)
        with transaction.atomic(durable=True):
            task_close_in_tx(actor=actor, task=task, word=word)
    return task
