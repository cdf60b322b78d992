"""A file comes in: checked at the edge, stored by content, one version a content."""

import hashlib
import os
import re
import tempfile
import time
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from knowledge.choices import VersionState
from knowledge.ingestion.causes import cause_text
from knowledge.ingestion.claims import INGEST, KIND
from knowledge.ingestion.detect import ARCHIVE, detect_format
from knowledge.ingestion.types import ParseError
from knowledge.models import Document, DocumentVersion, KnowledgeBase, UploadBatch
from knowledge.services.versions import version_requeue_in_tx
from scrm.access import policy
from scrm.audit.services import audit_record
from scrm.core.errors import Conflict, Invalid, ScrmError
from scrm.core.locks import lock_in_tx
from scrm.core.tasks import send_after_commit
from scrm.jobs.models import Job
from scrm.jobs.services import job_open

BLOCK = 1 << 20
BATCH_CANCELLED = "upload_cancelled"
ABANDONED_S = 86_400  # no transfer takes a day
_UNSAFE = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\u202a-\u202e\u2066-\u2069]")
_LONGEST_NAME = 255


class TooLarge(ScrmError):
    code, status = "too_large", 413
    default_message = _("The file is larger than allowed.")


def too_large_error() -> TooLarge:
    limit = settings.UPLOAD_MAX_BYTES // (1 << 20)
    return TooLarge(
        _("The file is larger than %(limit)s MB. Split it into smaller ones, or have an administrator raise the limit.") % {"limit": limit}
    )


class Refused(Invalid):
    """A file that is not taken in; `code` is a key of the causes of failure."""


def refused_for(code: str) -> Refused:
    """The refusal with the cause of that code in words."""
    return Refused(cause_text(code), code=code)


class Outcome(StrEnum):
    CREATED = "created"  # a new version is on its way
    UNCHANGED = "unchanged"  # this content answers already, or is on its way
    RESTORED = "restored"  # an older content of the document answers again
    DUPLICATE = "duplicate"  # another document of the base has this content
    RETRIED = "retried"  # the content had failed before


@dataclass(frozen=True)
class Upload:
    outcome: Outcome
    version: DocumentVersion
    job: Job | None = None

    @property
    def document(self) -> Document:
        return self.version.document


@dataclass(frozen=True)
class _Stored:
    path: Path
    sha256: str
    size: int
    format: str


def document_upload(*, actor, base: KnowledgeBase, name: str, file: BinaryIO, batch: UploadBatch | None = None) -> Upload:
    """Take in a file as the newest content of the document `name`; the import goes on in the background.

    file: read from its current position, in blocks; never held in memory. Raises NotAllowed, TooLarge, Refused (empty, of an
    unsupported or dangerous kind, encrypted), Conflict (its batch was cancelled); then nothing is stored.
    """
    policy.require(actor, "knowledge.add_document", base)
    name = clean_name(name)
    stored = _store(file, name)
    try:
        with transaction.atomic(durable=True):
            lock_in_tx("upload", base.pk)
            batch = batch_locked_in_tx(batch)
            upload = _record_in_tx(actor, base, name, stored, batch)
            _count_in_tx(batch, name, upload)
    finally:
        stored.path.unlink(missing_ok=True)
    return upload


def clean_name(name: str) -> str:
    """A file's name as people read it: no control or path-making characters, folders kept as `a/b.md`."""
    parts = unicodedata.normalize("NFC", name.replace("\\", "/")).split("/")
    kept = [text for part in parts if (text := _UNSAFE.sub("", part).strip(" ")) not in ("", ".", "..")]
    if not kept:
        raise Refused(_("The file has no name."), code="no_name")
    stem, dot, ending = kept[-1].rpartition(".")
    kept[-1] = f"{stem[: _LONGEST_NAME - 20]}{dot}{ending[:20]}"
    return "/".join(kept)[-400:]


def _store(file: BinaryIO, name: str) -> _Stored:
    """The stream in a temporary file beside its final place, hashed and checked."""
    folder = Path(settings.MEDIA_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    descriptor, path = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(descriptor, "w+b") as target:
            sha256, size = _copy(file, target)
            file_format = detect_format(target, name)
            if file_format == ARCHIVE:
                raise ParseError("archive_inside")
        return _Stored(Path(path), sha256, size, file_format)
    except ParseError as error:
        Path(path).unlink()
        raise refused_for(error.code) from error
    except BaseException:
        Path(path).unlink()
        raise


def _copy(file: BinaryIO, target: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while block := file.read(BLOCK):
        size += len(block)
        if size > settings.UPLOAD_MAX_BYTES:
            raise too_large_error()
        digest.update(block)
        target.write(block)
    target.flush()
    os.fsync(target.fileno())
    return digest.hexdigest(), size


def batch_locked_in_tx(batch: UploadBatch | None) -> UploadBatch | None:
    """The batch, locked: whether it is paused or cancelled does not change before this file is recorded. Conflict when it was cancelled."""
    row = UploadBatch.objects.select_for_update().get(pk=batch.pk) if batch else None
    if row and row.cancelled_at:
        raise Conflict(_("This upload was cancelled. Start a new one for the files that are still wanted."), code=BATCH_CANCELLED)
    return row


def _count_in_tx(batch: UploadBatch | None, name: str, upload: Upload) -> None:
    """What makes no version of the batch is counted; a file that was sent twice because its answer was lost is not."""
    if batch is None:
        return
    if upload.outcome == Outcome.DUPLICATE or (upload.outcome == Outcome.UNCHANGED and upload.version.batch_id != batch.pk):
        batch.unchanged += 1
    batch.refused = [line for line in batch.refused if line[0] != name]
    batch.save(update_fields=["unchanged", "refused"])


def _record_in_tx(actor, base: KnowledgeBase, name: str, stored: _Stored, batch: UploadBatch | None) -> Upload:
    known = _known_in_tx(base, name, stored.sha256)
    if known and known.document.name != name:
        return Upload(Outcome.DUPLICATE, known)
    if known:
        return _again_in_tx(actor, known, batch)
    document, _made = Document.objects.select_for_update().get_or_create(base=base, name=name)
    _revive_in_tx(document)
    version = DocumentVersion.objects.create(
        document=document, base=base, number=next_number(document), sha256=_free_digest(base, name, stored.sha256),
        file=_keep(stored, name), size=stored.size, format=stored.format, created_by=actor, batch=batch,
    )  # fmt: skip
    job = job_open(kind=KIND, subject_id=version.pk, title=name, actor=actor, held=bool(batch and batch.paused_at))
    send_after_commit(INGEST, job.pk, queue="bulk")
    audit_record(actor=actor, action="document.upload", subject=version, detail={"base": base.pk, "document": document.pk})
    return Upload(Outcome.CREATED, version, job)


def _known_in_tx(base: KnowledgeBase, name: str, sha256: str) -> DocumentVersion | None:
    """This content in the base: of the document itself, else live in another one."""
    found = DocumentVersion.objects.select_related("document").filter(base=base, sha256__in=[sha256, _salted(sha256, name)])
    own = found.filter(document__name=name).first()
    return own or found.filter(document__removed_at=None, live_of__isnull=False).first()


def _free_digest(base: KnowledgeBase, name: str, sha256: str) -> str:
    """The content's hash; when a version of another document that no longer answers holds it, one salted with the name."""
    taken = DocumentVersion.objects.filter(base=base, sha256=sha256).exists()
    return _salted(sha256, name) if taken else sha256


def _salted(sha256: str, name: str) -> str:
    return hashlib.sha256(f"{sha256}\0{name}".encode()).hexdigest()


def _again_in_tx(actor, version: DocumentVersion, batch: UploadBatch | None) -> Upload:
    """The document's content goes back to one it had: that version becomes its latest."""
    document = Document.objects.select_for_update().get(pk=version.document_id)
    was_removed = _revive_in_tx(document)
    latest = next_number(document) - 1
    if version.number < latest:
        version.number = latest + 1
        version.save(update_fields=["number"])
    if version.state == VersionState.PUBLISHED:
        return Upload(Outcome.UNCHANGED, version)
    failed, superseded = version.state == VersionState.FAILED, version.state == VersionState.SUPERSEDED
    if not (failed or superseded or was_removed):
        return Upload(Outcome.UNCHANGED, version)
    if batch:
        DocumentVersion.objects.filter(pk=version.pk).update(batch=batch)
        version.batch = batch
    job = version_requeue_in_tx(version, actor)
    audit_record(actor=actor, action="document.upload", subject=version, detail={"base": version.base_id, "document": document.pk})
    return Upload(Outcome.RETRIED if failed else Outcome.RESTORED, version, job)


def next_number(document: Document) -> int:
    return (document.versions.aggregate(last=Max("number"))["last"] or 0) + 1


def _revive_in_tx(document: Document) -> bool:
    removed = document.removed_at is not None
    if removed:
        Document.objects.filter(pk=document.pk).update(removed_at=None)
    return removed


def _keep(stored: _Stored, name: str) -> str:
    """Move the file to its place in the storage, atomically; its name there comes from the content, not from people."""
    place = f"documents/{timezone.now():%Y/%m}/{stored.sha256}{Path(name).suffix.lower()}"
    path = Path(default_storage.path(place))
    path.parent.mkdir(parents=True, exist_ok=True)
    os.chmod(stored.path, 0o640)
    os.replace(stored.path, path)
    return place


def incoming_purge() -> int:
    """Delete what processes that were killed while they received a file left behind; how many."""
    folder, before = Path(settings.MEDIA_ROOT) / "incoming", time.time() - ABANDONED_S
    left = [path for path in folder.glob("*") if path.is_file() and path.stat().st_mtime < before]
    for path in left:
        path.unlink(missing_ok=True)
    return len(left)
