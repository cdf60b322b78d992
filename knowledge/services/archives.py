"""An archive of documents comes in: each of its files becomes a document of its own."""

from dataclasses import dataclass
from typing import BinaryIO

from knowledge.ingestion import archives
from knowledge.ingestion.detect import ARCHIVE, detect_format
from knowledge.ingestion.types import ParseError
from knowledge.models import KnowledgeBase, UploadBatch, UploadedArchive
from knowledge.services.batches import batch_refuse, batch_upload
from knowledge.services.uploads import Upload, document_upload, refused_for
from scrm.access import policy
from scrm.core.errors import NotAllowed, ScrmError


@dataclass(frozen=True)
class Taken:
    """What became of one file: an upload, an archive that is being unpacked, or the error it was refused with."""

    name: str
    result: Upload | UploadedArchive | ScrmError


def files_upload(*, actor, base: KnowledgeBase, name: str, file: BinaryIO, batch: UploadBatch | None = None) -> list[Taken]:
    """Take in a file; of a zip archive of documents each member instead, named `archive/folder/file.md`.

    file: seekable, read in blocks. A member that is refused does not hold up the others. Raises NotAllowed; everything else is told in
    the results, and on the batch when there is one.
    """
    policy.require(actor, "knowledge.add_document", base)
    if not is_archive(file, name):
        return [_taken(actor, base, batch, name, file)]
    taken: list[Taken] = []
    try:
        for member, stream in archives.members(file):
            taken.append(member_take(actor, base, batch, f"{archive_folder(name)}/{member.name}", member.cause, stream))
    except ParseError as error:
        taken.append(_refused(batch, name, error.code))
    return taken or [_refused(batch, name, "empty")]


def is_archive(file: BinaryIO, name: str) -> bool:
    """A zip archive of documents? The stream is at its beginning afterwards."""
    try:
        return detect_format(file, name) == ARCHIVE
    except ParseError:
        return False  # the upload itself finds the same and says why
    finally:
        file.seek(0)


def archive_folder(name: str) -> str:
    """What the names of an archive's documents begin with."""
    return name[:-4] if name.lower().endswith(".zip") else name


def member_take(actor, base: KnowledgeBase, batch: UploadBatch | None, name: str, cause: str, stream: BinaryIO) -> Taken:
    """Take in one document of an archive; what is wrong with it is told in the result, and on the batch."""
    if cause:
        return _refused(batch, name, cause)
    try:
        return _taken(actor, base, batch, name, stream)
    except ParseError as error:  # the member turned out damaged while it was read
        return _refused(batch, name, error.code)


def _taken(actor, base: KnowledgeBase, batch: UploadBatch | None, name: str, file: BinaryIO) -> Taken:
    try:
        if batch:
            return Taken(name, batch_upload(actor=actor, batch=batch, name=name, file=file))
        return Taken(name, document_upload(actor=actor, base=base, name=name, file=file))
    except NotAllowed:
        raise
    except ScrmError as error:
        return Taken(name, error)


def _refused(batch: UploadBatch | None, name: str, code: str) -> Taken:
    error = refused_for(code)
    if batch:
        batch_refuse(batch=batch, name=name, error=error)
    return Taken(name, error)
