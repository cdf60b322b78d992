"""A colleague's question on the ask or the search test page: QUEUED -> RUNNING (leased) -> DONE | FAILED."""

import logging
from collections.abc import Iterable
from dataclasses import replace

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from conversations.bot.generative import overheard
from conversations.bot.payload import outcome_payload, search_payload
from conversations.bot.pipeline import run
from conversations.bot.places import prompt_used
from conversations.bot.questions import without_personal
from conversations.bot.wordings import wordings_held
from conversations.choices import QuestionState
from conversations.models import Question
from conversations.services.writing import written_into
from knowledge.models import KnowledgeBase
from knowledge.retrieval import search
from knowledge.retrieval.explaining import explained, silent
from knowledge.retrieval.search import stored
from knowledge.retrieval.sections import surrounding
from knowledge.selectors import scope_for
from scrm.access import policy
from scrm.ai.selectors import active_release_or_none
from scrm.audit.services import audit_record
from scrm.core.attempts import attempted
from scrm.core.errors import Invalid, NotFound
from scrm.core.querysets import claim, free
from scrm.core.tasks import send_after_commit
from scrm.privacy.redact import redact

log = logging.getLogger(__name__)

ASK = "conversations.add_question"
SEARCH = "knowledge.search_knowledgebase"
MAX_QUESTION = 1000
LEASE_S = 120
SEARCH_LIMIT = 20

__all__ = ["outcome_payload", "question_ask", "question_run", "questions_waiting"]


def question_ask(*, actor, base_ids: Iterable[int], text: str, search_only: bool = False, as_customer: bool = False) -> Question:
    """Queue a question to the given bases; as_customer: of a search, without documents for staff. Personal data in it is kept nowhere.

    NotAllowed by role; NotFound unless the actor may use every base; Invalid if empty or long.
    """
    policy.require(actor, SEARCH if search_only else ASK)
    words, wanted = text.strip(), set(base_ids)
    if not words or len(words) > MAX_QUESTION:
        raise Invalid(_("Write a question of at most %(limit)s characters.") % {"limit": MAX_QUESTION})
    if not wanted:
        raise Invalid(_("Choose at least one knowledge base."))
    words = redact(words).text
    with transaction.atomic(durable=True):
        bases = list(KnowledgeBase.objects.visible_to(actor).filter(pk__in=wanted))
        if len(bases) != len(wanted):
            raise NotFound
        question = Question.objects.create(asked_by=actor, text=words, search_only=search_only, as_customer=as_customer)
        question.bases.set(bases)
        send_after_commit("conversations.question_run", question.pk)
    return question


def questions_waiting() -> list[int]:
    """Ids that no worker is at: never started, or begun by a worker that died."""
    return list(Question.objects.filter(free()).order_by("id").values_list("pk", flat=True)[:100])


def question_run(*, question_id: int) -> None:
    """Answer one question; no effect when it is gone, done or another worker's. Searches what the asker may use now."""
    question = _claimed(question_id)
    if question is None:
        return
    with wordings_held():
        result, why = attempted(lambda: _result(question), what=f"question {question.pk}")
        if why is None:
            _end(question, QuestionState.DONE, result=result)
        else:
            _end(question, QuestionState.FAILED, error=why)


def _claimed(question_id: int) -> Question | None:
    taken = claim(Question.objects.filter(pk=question_id), seconds=LEASE_S)
    return Question.objects.select_related("asked_by").get(pk=question_id) if taken else None


def _result(question: Question) -> dict:
    scope = scope_for(question.asked_by, question.bases.values_list("pk", flat=True))
    if question.search_only:
        scope = replace(scope, internal=scope.internal and not question.as_customer)
        found = search(without_personal(question.text) or question.text, scope, limit=SEARCH_LIMIT)
        least = stored(scope).threshold
        return search_payload(found, least, surrounding(found.hits), explained(found, scope, least), silent(found.query, scope))
    with overheard(written_into(Question.objects.filter(pk=question.pk, state=QuestionState.RUNNING))):
        return outcome_payload(run(question.text, scope))


def _end(question: Question, state: QuestionState, **changes) -> None:
    """A no-op when the lease went to another worker that has ended it already. Answers are written into the log as those to customers are."""
    facts = {"state": state, "done_at": timezone.now(), "lease_until": None} | changes
    with transaction.atomic(durable=True):
        ended = Question.objects.filter(pk=question.pk, state=QuestionState.RUNNING).update(**facts)
        if ended and not question.search_only:
            action = "question.answered" if state == QuestionState.DONE else "question.failed"
            audit_record(actor=question.asked_by, action=action, subject=question, detail=_provenance(changes.get("result") or {}))


def _provenance(result: dict) -> dict:
    """What the answer came from; the masked words themselves are in the question's row."""
    if not result:
        return {}
    writer, release = result.get("writer") or "", active_release_or_none()
    return {
        "verdict": result.get("verdict") or "",
        "writer": writer,
        "endpoints": [result["endpoint"]] if result.get("endpoint") else [],
        "prompt": prompt_used([writer]),
        "release": release.pk if release else None,
        "versions": sorted({row["version_id"] for row in result.get("citations") or [] if row.get("version_id")}),
    }
