"""Verbs on one content of a document."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from knowledge.choices import VersionState
from knowledge.ingestion.claims import INGEST, KIND
from knowledge.ingestion.publishing import lock_document_in_tx, publish_in_tx
from knowledge.ingestion.types import ParseError
from knowledge.models import Document, DocumentVersion, UploadBatch
from knowledge.services.complete import complete_in_tx
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


def version_publish_again(*, actor, version: DocumentVersion) -> bool:
    """Let an earlier content of a document answer again. Raises Conflict unless it is a superseded one.

    True: it answers, at commit. False: it lacks something (its vectors after a change of model) and is on its way through the import.
    """
    policy.require(actor, "knowledge.change_document", version.base)
    with transaction.atomic(durable=True):
        document = lock_document_in_tx(version.base_id, version.document_id)
        row = DocumentVersion.objects.select_for_update().get(pk=version.pk)
        if row.state != VersionState.SUPERSEDED:
            raise Conflict(_("Only an earlier version can be published again."))
        latest = document.versions.order_by("-number").values_list("number", flat=True).first()
        DocumentVersion.objects.filter(pk=row.pk).update(number=latest + 1)
        Document.objects.filter(pk=document.pk).update(removed_at=None)
        at_once = bool(complete_in_tx([row.pk])) and _published_in_tx(row)
        if not at_once:
            version_requeue_in_tx(row, actor)
        audit_record(actor=actor, action="version.publish_again", subject=row, detail={"document": document.pk})
    return at_once


def _published_in_tx(version: DocumentVersion) -> bool:
    """False when its publication is refused: the import then says why, on the version."""
    try:
        with transaction.atomic():
            return publish_in_tx(version).live
    except ParseError:
        return False


def version_requeue_in_tx(version: DocumentVersion, actor) -> Job:
    """Put a failed or superseded version into the import again.

    A failed one goes on at the stage it reached; a superseded one has everything but, after a change of model, its vectors.
    """
    state = version.failed_at if version.state == VersionState.FAILED else version.state
    if version.state == VersionState.SUPERSEDED:
        state = VersionState.CHUNKED if version.chunks.exists() else VersionState.RECEIVED
    DocumentVersion.objects.filter(pk=version.pk).update(state=state, failed_at="", error="", error_code="")
    held = UploadBatch.objects.filter(pk=version.batch_id, paused_at__isnull=False).exists()
    job = job_open(kind=KIND, subject_id=version.pk, title=version.document.name, actor=actor, held=held)
    send_after_commit(INGEST, job.pk, queue="bulk")
    return job
