"""When a customer was erased, what was derived from their words goes too: annotations, judgements, unknown questions, texts in datasets.

What people wrote themselves for everybody (approved answers, entries) stays; it holds no personal data. Weights trained before know nothing
word by word, and every night trains anew from what is left.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from conversations.services.erasure import ERASED
from knowledge.judged_selectors import plain_question
from knowledge.models import SearchQuestion
from scrm.audit.models import AuditEntry
from scrm.audit.services import audit_record
from scrm.customers.models import Customer
from training.models import AnnotationTask, UnknownQuestion, UnknownTurn
from training.services.datasets import customer_redact_in_tx

SINCE = timedelta(days=30)  # erasures followed up again, should a message have been lost
GONE = {"turn__question": "", "turn__trigger__text": ERASED}
_GONE = Q(**GONE) | Q(draft__question="")


def erasures_follow() -> int:
    """Follow all erasures of the last SINCE; how many rows went or were emptied. Does nothing where it has been."""
    changed = _annotations() + _unknown()
    rows = AuditEntry.objects.filter(action="customer.erase", subject_type="customers.customer", at__gte=timezone.now() - SINCE)
    for customer, at in rows.order_by("pk").values_list("subject_id", "at"):
        changed += _datasets(int(customer), at)
    return changed


def _annotations() -> int:
    tasks = list(AnnotationTask.objects.filter(_GONE).only("base_id", "question", "created_at"))
    for task in tasks:
        with transaction.atomic(durable=True):
            others = AnnotationTask.objects.filter(base=task.base_id, question=task.question).exclude(pk=task.pk)
            if not others.exclude(_GONE).exists():
                # A test question that somebody saved by hand before is theirs.
                asked = SearchQuestion.objects.filter(base=task.base_id, text=plain_question(task.question))
                asked.filter(created_at__gte=task.created_at).delete()
            audit_record(actor=None, action="annotation.erase", subject=task, detail={"base": task.base_id})
            task.delete()
    return len(tasks)


def _unknown() -> int:
    gone = UnknownTurn.objects.filter(**GONE)
    groups = list(UnknownQuestion.objects.filter(turns__in=gone).distinct())
    for group in groups:
        with transaction.atomic(durable=True):
            gone.filter(unknown=group).delete()
            left = list(group.turns.order_by("turn_id").values_list("turn__question", flat=True))
            if left and group.text not in left:
                UnknownQuestion.objects.filter(pk=group.pk).update(text=left[0])
            elif not left and group.state == UnknownQuestion.State.OPEN:
                group.delete()
            elif not left:
                UnknownQuestion.objects.filter(pk=group.pk).update(text=group.entry.question if group.entry else ERASED)
    return len(groups)


def _datasets(customer_id: int, at) -> int:
    with transaction.atomic(durable=True):
        number = customer_redact_in_tx(customer_id, at)
        if number:
            audit_record(actor=None, action="dataset.redact", subject=Customer(pk=customer_id), detail={"items": number})
    return number
