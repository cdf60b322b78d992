"""Guards for zip archives: office files, e-books and archives of documents. Sizes in headers may lie, so what is read is counted too."""

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO

from knowledge.ingestion.types import ParseError

MAX_ENTRIES = 10_000
MAX_UNPACKED = 1_000_000_000
MAX_ENTRY = 300_000_000
MAX_RATIO, RATIO_FROM = 200, 10_000_000  # text of real workbooks compresses up to about 60 to 1
MAX_MEMBERS = 500
_SYSTEM_FILES = ("__MACOSX/", "Thumbs.db", ".DS_Store", "desktop.ini")
_UTF8_NAME = 0x800


@contextmanager
def damage_told(detail: str = "") -> Iterator[None]:
    """What zipfile and zlib meet in a damaged archive, as ParseError("corrupt")."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError, ValueError, KeyError) as error:
        raise ParseError("corrupt", f"{detail} {type(error).__name__}: {error}".strip()) from error


def open_archive(source: BinaryIO) -> zipfile.ZipFile:
    """The archive, checked by its own list. Raises ParseError: corrupt, archive_bomb, encrypted."""
    with damage_told():
        archive = zipfile.ZipFile(source)
    _check(archive)
    return archive


def _check(archive: zipfile.ZipFile) -> None:
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    if len(entries) > MAX_ENTRIES or unpacked > MAX_UNPACKED:
        raise ParseError("archive_bomb", f"{len(entries)} entries, {unpacked} bytes")
    if unpacked > RATIO_FROM and unpacked > MAX_RATIO * max(packed, 1):
        raise ParseError("archive_bomb", f"ratio {unpacked // max(packed, 1)}")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise ParseError("encrypted")


def read_entry(archive: zipfile.ZipFile, name: str, limit: int = MAX_ENTRY) -> bytes:
    """The unpacked bytes of one entry. Raises ParseError: corrupt, archive_bomb."""
    with damage_told(name), archive.open(name) as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise ParseError("archive_bomb", name)
    return data


def read_head(archive: zipfile.ZipFile, name: str, size: int = 65_536) -> bytes:
    """The first bytes of one entry. Raises ParseError("corrupt")."""
    with damage_told(name), archive.open(name) as stream:
        return stream.read(size)


@dataclass(frozen=True)
class Member:
    """One file of an archive of documents. `cause`: why it is not to be taken in (a key of causes.CAUSES), empty when it is."""

    name: str
    size: int
    cause: str = ""


def count_members(source: BinaryIO) -> int:
    """How many documents are in a zip archive. Raises ParseError as members does."""
    with open_archive(source) as archive:
        return len(_documents(archive))


def members(source: BinaryIO) -> Iterator[tuple[Member, BinaryIO]]:
    """The documents in a zip archive (a seekable stream), each with a stream of its bytes that is closed on the next step.

    Folders, links and what operating systems leave behind are passed over. A member that would be unpacked outside the archive's own
    folder, holds an archive itself, or is larger than its entry says, comes with a cause (the last while it is read: ParseError).
    Raises ParseError: corrupt, archive_bomb, encrypted, too_many_members.
    """
    with open_archive(source) as archive:
        for entry in _documents(archive):
            with damage_told(entry.filename):
                stream = archive.open(entry)
            with stream:
                counted = _Counted(stream, entry.file_size)
                yield Member(_name(entry), entry.file_size, _cause(entry)), counted


def _documents(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    entries = [entry for entry in archive.infolist() if _is_document(entry)]
    if len(entries) > MAX_MEMBERS:
        raise ParseError("too_many_members", str(len(entries)))
    return entries


def _is_document(entry: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(entry.filename).name
    link = stat.S_ISLNK(entry.external_attr >> 16)
    system = entry.filename.startswith(_SYSTEM_FILES) or name in _SYSTEM_FILES or name.startswith((".", "~$"))
    return not (entry.is_dir() or link or system)


def _name(entry: zipfile.ZipInfo) -> str:
    """Chinese Windows writes names in GBK and does not say so; zipfile then reads them as CP437."""
    if entry.flag_bits & _UTF8_NAME:
        return entry.filename
    try:
        raw = entry.filename.encode("cp437")
    except UnicodeEncodeError:
        return entry.filename
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return entry.filename


def _cause(entry: zipfile.ZipInfo) -> str:
    parts = entry.filename.replace("\\", "/").split("/")
    if ".." in parts or parts[0] == "" or parts[0].endswith(":"):
        return "unsafe_name"
    return "nested_archive" if parts[-1].lower().endswith((".zip", ".rar", ".7z", ".gz", ".tar", ".bz2", ".xz")) else ""


class _Counted:
    """A member's stream that tells damage as ParseError and never gives more than the entry's stated size."""

    def __init__(self, stream: BinaryIO, size: int):
        self._stream, self._left = stream, size

    def read(self, size: int = -1) -> bytes:
        with damage_told():
            data = self._stream.read(size if 0 <= size <= self._left else self._left + 1)
        self._left -= len(data)
        if self._left < 0:
            raise ParseError("archive_bomb", "larger than its entry says")
        return data
