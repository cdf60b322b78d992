"""Verbs on one content of a document."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from knowledge.choices import VersionState
from knowledge.ingestion.pipeline import KIND
from knowledge.models import Document, DocumentVersion
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict
from scrm.core.tasks import send_after_commit
from scrm.jobs.models import Job
from scrm.jobs.services import job_open


def version_retry(*, actor, version: DocumentVersion) -> Job:
    """Import a failed version again, from the stage where it failed. Raises Conflict when it has not failed."""
    policy.require(actor, "knowledge.change_document", version.base)
    with transaction.atomic(durable=True):
        row = DocumentVersion.objects.select_for_update().get(pk=version.pk)
        if row.state != VersionState.FAILED:
            raise Conflict(_("This version has not failed."))
        job = version_requeue_in_tx(row, actor)
        audit_record(actor=actor, action="version.retry", subject=row)
    return job


def version_publish_again(*, actor, version: DocumentVersion) -> Job:
    """Let an earlier content of a document answer again. Raises Conflict unless it is a superseded one."""
    policy.require(actor, "knowledge.change_document", version.base)
    with transaction.atomic(durable=True):
        document = Document.objects.select_for_update().get(pk=version.document_id)
        row = DocumentVersion.objects.select_for_update().get(pk=version.pk)
        if row.state != VersionState.SUPERSEDED:
            raise Conflict(_("Only an earlier version can be published again."))
        latest = document.versions.order_by("-number").values_list("number", flat=True).first()
        DocumentVersion.objects.filter(pk=row.pk).update(number=latest + 1)
        Document.objects.filter(pk=document.pk).update(removed_at=None)
        job = version_requeue_in_tx(row, actor)
        audit_record(actor=actor, action="version.publish_again", subject=row, detail={"document": document.pk})
    return job


def version_requeue_in_tx(version: DocumentVersion, actor) -> Job:
    """Put a failed or superseded version into the import again.

    A failed one goes on at the stage it reached; a superseded one has everything but, after a change of model, its vectors.
    """
    state = version.failed_at if version.state == VersionState.FAILED else version.state
    if version.state == VersionState.SUPERSEDED:
        state = VersionState.CHUNKED if version.chunks.exists() else VersionState.RECEIVED
    DocumentVersion.objects.filter(pk=version.pk).update(state=state, failed_at="", error="", error_code="")
    job = job_open(kind=KIND, subject_id=version.pk, title=version.document.name, actor=actor)
    send_after_commit("knowledge.version_ingest", job.pk, queue="bulk")
    return job
