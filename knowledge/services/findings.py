"""Verbs on the review of a base and on what it found."""

from django.db import transaction

from knowledge.choices import FindingState
from knowledge.freshness.review import KIND
from knowledge.models import Finding, KnowledgeBase
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.tasks import send_after_commit
from scrm.jobs.models import Job
from scrm.jobs.services import job_open

CHANGE = "knowledge.change_document"


def review_request(*, actor, base: KnowledgeBase) -> Job:
    """Review the base now; the review that runs already, if one does."""
    policy.require(actor, CHANGE, base)
    with transaction.atomic(durable=True):
        job = job_open(kind=KIND, subject_id=base.pk, title=base.name, actor=actor)
        send_after_commit("knowledge.freshness_review", job.pk, queue="bulk")
        audit_record(actor=actor, action="base.review", subject=base)
    return job


def finding_dismiss(*, actor, finding: Finding) -> None:
    """This is as it should be: no review brings it up again."""
    _decide(actor, finding, FindingState.OPEN, FindingState.DISMISSED, "finding.dismiss")


def finding_reopen(*, actor, finding: Finding) -> None:
    _decide(actor, finding, FindingState.DISMISSED, FindingState.OPEN, "finding.reopen")


def _decide(actor, finding: Finding, before: FindingState, after: FindingState, action: str) -> None:
    policy.require(actor, CHANGE, finding.base)
    with transaction.atomic(durable=True):
        if Finding.objects.filter(pk=finding.pk, state=before).update(state=after, decided_by=actor):
            audit_record(actor=actor, action=action, subject=finding, detail={"base": finding.base_id, "document": finding.document_id})
