"""Answers that people have approved: searchable at once, given before other passages, and gone with the sources they rest on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from knowledge.choices import Audience, FaqOrigin
from knowledge.models import ApprovedSource, Document, FaqEntry, KnowledgeBase
from knowledge.services.faq import CHANGE
from knowledge.services.faq_fields import FaqFields, checked, one_line
from knowledge.services.faq_writing import Draft, write_in_tx
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid
from scrm.core.locks import lock_in_tx
from scrm.privacy.redact import PLACEHOLDER


@dataclass(frozen=True)
class Source:
    """Words, exactly as a document says them, that an answer rests on."""

    document_id: int
    quote: str


def approved_answer_save(
    *,
    actor,
    base: KnowledgeBase,
    question: str,
    answer: str,
    sources: Iterable[Source] = (),
    origin: str = FaqOrigin.CORRECTION,
    approvals: int = 1,
) -> FaqEntry:
    """Keep an answer that `approvals` people have approved for this question; it is found a second or two later.

    An earlier approved answer to the same question is replaced. It ends with the first of its sources that ends; without sources it
    stays until someone changes it. Raises NotAllowed, Invalid (empty, too long, or personal data in it), Conflict when a colleague has
    written an entry for this question.
    """
    policy.require(actor, CHANGE, base)
    with transaction.atomic(durable=True):
        return approved_answer_save_in_tx(
            actor=actor, base=base, question=question, answer=answer, sources=sources, origin=origin, approvals=approvals
        )


def approved_answer_save_in_tx(
    *, actor, base: KnowledgeBase, question: str, answer: str, sources: Iterable[Source], origin: str, approvals: int
) -> FaqEntry:
    """As above, for those whose right to approve has been checked already."""
    if PLACEHOLDER.search(question) or PLACEHOLDER.search(answer):
        raise Invalid(_("An answer with a customer's personal data is for that customer alone."))
    rests_on = list(dict.fromkeys(sources))
    lock_in_tx("faq", base.pk)
    known = FaqEntry.objects.select_related("document").filter(base=base, question=one_line(question)).first()
    if known and known.origin == FaqOrigin.WRITTEN and known.document.removed_at is None:
        raise Conflict(_("There is an entry with this question already. Change that one."))
    fields = checked(_fields(question, answer, known, rests_on))
    (entry,) = write_in_tx(base, [Draft(fields, known)], actor, urgent=True)
    FaqEntry.objects.filter(pk=entry.pk).update(origin=origin, approvals=approvals)
    entry.origin, entry.approvals = origin, approvals
    entry.sources.all().delete()
    ApprovedSource.objects.bulk_create(ApprovedSource(entry=entry, document_id=each.document_id, quote=each.quote) for each in rests_on)
    detail = {"base": base.pk, "document": entry.document_id, "origin": str(origin), "sources": [each.document_id for each in rests_on]}
    audit_record(actor=actor, action="approved_answer.save", subject=entry, detail=detail)
    return entry


def _fields(question: str, answer: str, known: FaqEntry | None, sources: Sequence[Source]) -> FaqFields:
    """Valid as long as every source is, for customers only if every source is."""
    documents = Document.objects.filter(pk__in={each.document_id for each in sources})
    told = list(documents.values_list("valid_until", "audience"))
    audience = Audience.INTERNAL if any(audience != Audience.PUBLIC for _until, audience in told) else Audience.PUBLIC
    similar = tuple(known.similar) if known else ()
    return FaqFields(
        question, answer, similar, valid_until=min((until for until, _audience in told if until), default=None), audience=audience
    )
