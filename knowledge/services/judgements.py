"""Verbs on test questions and on what people say of the passages found for them."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from knowledge.judged_selectors import Found, plain_question
from knowledge.models import Chunk, Document, KnowledgeBase, SearchJudgement, SearchQuestion
from knowledge.retrieval.standing import PARTLY, RIGHT, WRONG
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid, NotAllowed, NotFound

SEARCH = "knowledge.search_knowledgebase"
CHANGE = "knowledge.change_knowledgebase"
MOST = 500  # questions of a base that are asked whenever its weights change
GRADES = (WRONG, PARTLY, RIGHT)


def question_save(*, actor, base: KnowledgeBase, text: str) -> SearchQuestion:
    """Keep a question, personal data masked, as a test question of the base; the one that is there when there is.

    Raises NotAllowed, Invalid (empty), Conflict (the base has MOST).
    """
    policy.require(actor, SEARCH, base)
    with transaction.atomic(durable=True):
        row = _saved_in_tx(actor, base, text)
        if not row.asked:
            raise Conflict(_("This base has %(n)s test questions, which is enough to weigh by. Remove some first.") % {"n": MOST})
    return row


def question_remove(*, actor, question: SearchQuestion) -> None:
    """Delete a test question with what was said of it. For who saved it, unless others spoke since, and for who changes the base."""
    policy.require(actor, SEARCH, question.base)
    others = question.judgements.exclude(author=actor).exists()
    mine = actor is not None and question.created_by_id == actor.pk and not others
    if not mine and not (actor is None or policy.can(actor, CHANGE, question.base)):
        raise NotAllowed
    with transaction.atomic(durable=True):
        audit_record(actor=actor, action="search_question.remove", subject=question, detail={"base": question.base_id})
        question.delete()


def judgement_set(*, actor, chunk_id: int, text: str, grade: int | None) -> SearchJudgement | None:
    """The actor's word on a passage for a question: RIGHT, PARTLY, WRONG, or None to take it back.

    The question becomes a test question of the passage's base; one that only holds labels when the base has MOST already. Raises NotFound
    unless the actor may read the passage, NotAllowed, Invalid.
    """
    if grade is not None and grade not in GRADES:
        raise Invalid(_("Say whether the passage is right, partly right or wrong."))
    chunk = (
        Chunk.objects.visible_to(actor)
        .select_related("version__base")
        .defer("version__text", "version__outline")
        .filter(pk=chunk_id)
        .first()
    )
    if chunk is None or not Document.objects.readable_by(actor).filter(pk=chunk.version.document_id).exists():
        raise NotFound
    base = chunk.version.base
    policy.require(actor, SEARCH, base)
    with transaction.atomic(durable=True):
        question = _kept(base, text) if grade is None else _saved_in_tx(actor, base, text)
        if question is None:
            return None
        _take_back_in_tx(actor, question, chunk)
        row = None if grade is None else _said_in_tx(actor, question, chunk, grade)
        audit_record(actor=actor, action="search_judgement.set", subject=question, detail={"chunk": chunk.pk, "grade": grade})
    return row


def _said_in_tx(actor, question: SearchQuestion, chunk: Chunk, grade: int) -> SearchJudgement:
    return SearchJudgement.objects.create(
        question=question, document_id=chunk.version.document_id, content_hash=chunk.content_hash, text=chunk.text, grade=grade, author=actor
    )  # fmt: skip


def _take_back_in_tx(actor, question: SearchQuestion, chunk: Chunk) -> None:
    """Also what the actor said of the passage as an earlier version had it."""
    found = Found(chunk.version.document_id, chunk.content_hash, chunk.text)
    own = question.judgements.filter(author=actor, document=found.document_id)
    question.judgements.filter(pk__in=[row.pk for row in own if found.is_of(row)]).delete()


def _kept(base: KnowledgeBase, text: str) -> SearchQuestion | None:
    return SearchQuestion.objects.filter(base=base, text=plain_question(text)).first()


def _saved_in_tx(actor, base: KnowledgeBase, text: str) -> SearchQuestion:
    words = plain_question(text)
    if not words:
        raise Invalid(_("Write a question."))
    KnowledgeBase.objects.select_for_update().get(pk=base.pk)
    row = _kept(base, words)
    if row and row.asked:
        return row
    room = SearchQuestion.objects.filter(base=base, asked=True).count() < MOST
    if row is None:
        return SearchQuestion.objects.create(base=base, text=words, created_by=actor, asked=room)
    SearchQuestion.objects.filter(pk=row.pk).update(asked=room)
    row.asked = room
    return row
