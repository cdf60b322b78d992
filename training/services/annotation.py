"""Verbs on the annotation queue: claim the next, say what is right, reject, leave it to others; and how many people look at each item.

Nobody's word is used, or shown to anybody, before as many people have spoken as the item wants.
"""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.models import Chunk, Document, KnowledgeBase
from knowledge.services.approved import approved_answer_save
from knowledge.services.judgements import GRADES, judgement_set
from scrm.access import policy
from scrm.access.models import User
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid, NotAllowed, NotFound
from scrm.core.locks import try_session_lock
from scrm.core.querysets import lease_until
from scrm.privacy.redact import PLACEHOLDER
from training.annotation_selectors import words_of
from training.models import AnnotationOpinion, AnnotationPlan, AnnotationTask
from training.settling import Said, Settled, differences, settled

CHANGE = "knowledge.change_document"
LEASE_S = 15 * 60
MOST_PEOPLE = 5
CONTROL_PEOPLE = 2  # agreement is measured on these, whatever the base's plan
State, Reason = AnnotationTask.State, AnnotationTask.Reason


def annotation_plan_set(*, actor, base: KnowledgeBase, people: int) -> AnnotationPlan:
    """So many people look at each item of the base from now on, also at those that wait. Raises NotAllowed, Invalid."""
    policy.require(actor, CHANGE, base)
    if not 1 <= people <= MOST_PEOPLE:
        raise Invalid(_("Choose between one and %(n)s people.") % {"n": MOST_PEOPLE})
    with transaction.atomic(durable=True):
        plan, _made = AnnotationPlan.objects.update_or_create(base=base, defaults={"people": people})
        waiting = AnnotationTask.objects.filter(base=base, state=State.OPEN).exclude(opinions__said_at__isnull=False)
        waiting.exclude(reason=Reason.CONTROL).update(wanted=people)
        waiting.filter(reason=Reason.CONTROL).update(wanted=max(people, CONTROL_PEOPLE))
        audit_record(actor=actor, action="annotation.plan", subject=base, detail={"people": people})
    return plan


def annotation_claim(*, actor) -> AnnotationTask | None:
    """The most instructive task that still wants somebody, kept for the actor for LEASE_S; the own one that is not finished before others."""
    policy.require(actor, CHANGE)
    with transaction.atomic(durable=True):
        task = _next(actor).select_for_update(skip_locked=True, of=("self",)).first()
        if task:
            kept = {"lease_until": lease_until(LEASE_S), "skipped": False}
            AnnotationOpinion.objects.update_or_create(task=task, author=actor, defaults=kept)
    return task


def annotation_finish(*, actor, task_id: int, grades: Mapping[int, int], error: str = "", corrected: str = "") -> AnnotationTask:
    """Keep the grades (chunk id -> 0 wrong, 1 partly, 2 right) and the corrected answer. The last of those that the task wants settles it:
    where all agree it is used at once, where they differ it waits for an adjudicator.

    Raises NotAllowed, NotFound, Invalid when nothing was said, Conflict when the task is someone else's by now.
    """
    require_said(grades, error, corrected)
    return _say(actor, task_id, Said(actor.pk, dict(grades), error, corrected.strip()))


def annotation_reject(*, actor, task_id: int) -> AnnotationTask:
    """Nothing can be learned here: nonsense, personal, or no question. Raises NotAllowed, NotFound, Conflict."""
    return _say(actor, task_id, Said(actor.pk, rejected=True))


def annotation_skip(*, actor, task_id: int) -> None:
    """Leave it to someone else; it comes back when the lease would have ended. Raises NotAllowed, NotFound, Conflict."""
    _task, opinion = _own(actor, task_id)
    AnnotationOpinion.objects.filter(pk=opinion.pk).update(skipped=True)


def annotations_export(*, actor) -> None:
    """Write down who takes the annotations out. Raises NotAllowed."""
    policy.require(actor, CHANGE)
    with transaction.atomic(durable=True):
        audit_record(actor=actor, action="annotation.export", subject=actor, detail={})


def require_said(grades: Mapping[int, int], error: str, corrected: str) -> None:
    """Raises Invalid when nothing was said, or something that cannot be."""
    if not grades and not corrected.strip() and not error:
        raise Invalid(_("Mark a passage, choose what was wrong, or correct the answer; or reject the task."))
    if error and error not in AnnotationTask.Error.values:
        raise Invalid(_("Choose one of the reasons."))
    if PLACEHOLDER.search(corrected):
        raise Invalid(_("An answer with a customer's personal data is for that customer alone."))
    if not set(grades.values()) <= set(GRADES):
        raise Invalid(_("Say whether the passage is right, partly right or wrong."))


def word_publish(*, task: AnnotationTask, word: Settled, actor) -> None:
    """Grades become judgements and the corrected answer an approved answer: searchable at once, and learned at night.

    What a colleague marked counts as theirs; a passage that is gone, or that they may not read any more, is left out.
    """
    people = User.objects.in_bulk(set(word.authors.values()))
    for chunk, grade in word.grades.items():
        author = people.get(word.authors[chunk])
        try:
            judgement_set(actor=author, chunk_id=chunk, text=task.question, grade=grade)
        except (NotFound, NotAllowed):
            if author == actor:
                raise
    if word.corrected:
        approved_answer_save(actor=actor, base=task.base, question=task.question, answer=word.corrected)


def task_close_in_tx(*, actor, task: AnnotationTask, word: Settled) -> None:
    task.state = State.REJECTED if word.rejected else State.DONE
    task.error, task.corrected, task.decided_by, task.done_at = word.error, word.corrected, actor, timezone.now()
    task.save(update_fields=["state", "error", "corrected", "decided_by", "done_at"])
    audit_record(actor=actor, action=f"annotation.{task.state}", subject=task, detail={"base": task.base_id})


def _next(actor) -> QuerySet[AnnotationTask]:
    now = timezone.now()
    opinions = AnnotationOpinion.objects.filter(task=OuterRef("pk")).order_by()
    running = Q(lease_until__gt=now)
    taken = opinions.exclude(author=actor).filter(Q(said_at__isnull=False) | Q(running, skipped=False))
    number = taken.values("task").annotate(number=Count("pk")).values("number")
    mine = opinions.filter(author=actor)
    rows = AnnotationTask.objects.visible_to(actor).filter(state=State.OPEN)
    rows = rows.exclude(Exists(mine.filter(Q(said_at__isnull=False) | Q(running, skipped=True))))
    rows = rows.annotate(begun=Exists(mine.filter(running, skipped=False)), taken=Coalesce(Subquery(number), Value(0)))
    return rows.filter(taken__lt=F("wanted")).order_by("-begun", "-weight", "-pk")


def _own(actor, task_id: int) -> tuple[AnnotationTask, AnnotationOpinion]:
    task = AnnotationTask.objects.visible_to(actor).select_related("base").filter(pk=task_id).first()
    if task is None:
        raise NotFound
    policy.require(actor, CHANGE, task.base)
    opinion = task.opinions.filter(author=actor, said_at=None, skipped=False).first()
    if task.state != State.OPEN or opinion is None or task.opinions.filter(said_at__isnull=False).count() >= task.wanted:
        raise Conflict(_("Someone else has this task now. Take the next one."))
    return task, opinion


def _say(actor, task_id: int, said: Said) -> AnnotationTask:
    """Publishing takes transactions of its own: a session lock keeps two who speak at once from each taking the other for missing."""
    with try_session_lock("annotation", task_id) as ours:
        if not ours:
            raise Conflict(_("A colleague is saving this very item. Try again in a moment."))
        task, opinion = _own(actor, task_id)
        _keep(opinion, said, _marks(actor, said.grades))
        heard = [*words_of(task.opinions.filter(said_at__isnull=False)), said]
        complete = len(heard) >= task.wanted
        if complete and not differences(heard):
            word = settled(heard)
            word_publish(task=task, word=word, actor=actor)
        with transaction.atomic(durable=True):
            opinion.save()
            audit_record(actor=actor, action="annotation.say", subject=task, detail={"base": task.base_id})
            if complete and differences(heard):
                AnnotationTask.objects.filter(pk=task.pk).update(state=State.DISPUTED)
            elif complete:
                task_close_in_tx(actor=actor, task=task, word=word)
    task.refresh_from_db()
    return task


def _keep(opinion: AnnotationOpinion, said: Said, marks: list) -> None:
    opinion.said_at, opinion.lease_until = timezone.now(), None
    opinion.rejected, opinion.error, opinion.marks = said.rejected, said.error, marks
    opinion.corrected = said.corrected


def _marks(actor, grades: Mapping[int, int]) -> list[list]:
    """As stored in an opinion. Raises NotFound for a passage that the actor may not read."""
    rows = Chunk.objects.visible_to(actor).filter(pk__in=grades, version__document__in=Document.objects.readable_by(actor))
    facts = {pk: (document, content) for pk, document, content in rows.values_list("pk", "version__document_id", "content_hash")}
    if len(facts) < len(grades):
        raise NotFound
    return [[chunk, *facts[chunk], grade] for chunk, grade in grades.items()]
