"""Guards for office files, which are zip archives. Sizes in headers may lie, so what is read is counted as well."""

import zipfile

from knowledge.ingestion.types import ParseError

MAX_ENTRIES = 10_000
MAX_UNPACKED = 1_000_000_000
MAX_ENTRY = 300_000_000
MAX_RATIO, RATIO_FROM = 200, 10_000_000  # text of real workbooks compresses up to about 60 to 1


def check_archive(archive: zipfile.ZipFile) -> None:
    """Raise ParseError when the archive claims to unpack to too much, or needs a password."""
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
    try:
        with archive.open(name) as stream:
            data = stream.read(limit + 1)
    except KeyError as error:
        raise ParseError("corrupt", f"{name} is missing") from error
    except (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, ValueError, zipfile.zlib.error) as error:
        raise ParseError("corrupt", str(error)) from error
    if len(data) > limit:
        raise ParseError("archive_bomb", name)
    return data
