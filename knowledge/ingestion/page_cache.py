"""Images of pages, kept under SCRM_HOME/cache/pages: rendered once, for whoever may read them. Who may is the caller's question."""

import os
import tempfile
from pathlib import Path
from threading import BoundedSemaphore

from django.conf import settings

from knowledge.ingestion.page_images import page_png
from knowledge.ingestion.types import ParseError
from knowledge.models import DocumentVersion

WIDTH = 1200  # pixels: sharp on a desk at 2x, readable when a phone enlarges it
TIMEOUT_S = 3.0  # a person waits for it, and so does a thread of the web process
AT_ONCE = 2  # renderers beside a web process; the third waits as long as a renderer may take
KEPT = 2_000  # images, about 0.5 GB; then the quarter that was rendered first goes

_free = BoundedSemaphore(AT_ONCE)


def page_etag(version: DocumentVersion, page: int) -> str:
    """The same content has the same image, whatever document it belongs to."""
    return f'"{version.sha256}-{page}-{WIDTH}"'


def page_file(version: DocumentVersion, page: int) -> Path:
    """PNG of page `page` (from 1) of a version's file. Raises ParseError: those of page_png, missing (the file is gone), timeout."""
    path = _folder() / f"{version.sha256}-{page}-{WIDTH}.png"
    if not path.exists():
        _store(path, _rendered(version, page))
    return path


def page_images_purge() -> int:
    """Delete the images of contents that no version has any more; how many."""
    by_hash: dict[str, list[Path]] = {}
    for path in _folder().glob("*.png"):
        by_hash.setdefault(path.name.partition("-")[0], []).append(path)
    kept = set(DocumentVersion.objects.filter(sha256__in=by_hash).values_list("sha256", flat=True))
    gone = [path for content, paths in by_hash.items() if content not in kept for path in paths]
    for path in gone:
        path.unlink(missing_ok=True)
    return len(gone)


def _folder() -> Path:
    return settings.SCRM_HOME / "cache" / "pages"


def _rendered(version: DocumentVersion, page: int) -> bytes:
    if not _free.acquire(timeout=TIMEOUT_S):
        raise ParseError("timeout", "other pages are being rendered")
    try:
        return page_png(Path(version.file.path), page, width=WIDTH, timeout_s=TIMEOUT_S)
    except (FileNotFoundError, ValueError) as error:
        raise ParseError("missing", str(error)) from error
    finally:
        _free.release()


def _store(path: Path, image: bytes) -> None:
    """Atomically: another request may be reading or writing the same page."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(image)
    os.replace(part.name, path)
    _prune(path.parent)


def _prune(folder: Path) -> None:
    with os.scandir(folder) as entries:
        found = [(entry.stat().st_mtime, entry.path) for entry in entries]
    if len(found) > KEPT:
        for _, path in sorted(found)[: len(found) - KEPT * 3 // 4]:
            Path(path).unlink(missing_ok=True)
