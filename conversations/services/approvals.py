"""What a review has approved is kept as an approved answer, so that the next asker is served at once."""

import logging
import re
from collections.abc import Sequence

from conversations.models import ReviewTask, Turn
from knowledge.choices import FaqOrigin
from knowledge.models import FaqEntry, KnowledgeBase
from knowledge.services.approved import Source, approved_answer_save_in_tx
from scrm.core.errors import ScrmError
from scrm.privacy.redact import PLACEHOLDER

log = logging.getLogger(__name__)
_MARK = re.compile(r"\s*\[\d{1,2}\]")
_SOURCES = "\n来源："


def approved_keep_in_tx(*, actor, row: ReviewTask, final: str, people: Sequence[int]) -> FaqEntry | None:
    """Keep the words for the question they answered; None when they are for this customer or this conversation alone.

    That is: personal data in question or answer, several questions answered together, a follow-up that nobody rewrote, or an account
    without knowledge. An entry that a colleague wrote for the question stays as it is.
    """
    question, answer = _standalone(row.turn), _plain(final)
    citations = [citation for citation in row.turn.citations.select_related("document") if citation.document_id]
    base = _base(row.turn, citations)
    if not question or not answer or base is None or PLACEHOLDER.search(question + answer):
        return None
    if FaqEntry.objects.filter(document__in=[citation.document_id for citation in citations], question=question).exists():
        return None  # it is the approved answer itself, approved once more
    sources = [Source(citation.document_id, citation.quote) for citation in citations]
    try:
        return approved_answer_save_in_tx(
            actor=actor, base=base, question=question, answer=answer, sources=sources, origin=FaqOrigin.REVIEW, approvals=len(people)
        )
    except ScrmError as error:
        log.info("answer of review %s is not kept: %s", row.pk, error.code)
        return None


def _standalone(turn: Turn) -> str:
    """The one question of the turn as it stands alone; "" when there were several, or it needs what was said before."""
    understood = [entry.get("output") or {} for entry in turn.trace if entry.get("step") == "understand"]
    if "\n" in turn.question.strip() or len(understood) > 1:
        return ""
    read = understood[0] if understood else {}
    return read.get("standalone") or (turn.question.strip() if read.get("context_free", True) else "")


def _plain(final: str) -> str:
    return _MARK.sub("", final.partition(_SOURCES)[0]).strip()


def _base(turn: Turn, citations: Sequence) -> KnowledgeBase | None:
    """Where its first source lies, else the account's first base."""
    if citations:
        return citations[0].document.base
    return turn.conversation.account.bases.order_by("pk").first()
