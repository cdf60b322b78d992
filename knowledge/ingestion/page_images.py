"""Images of pages for the document reader, rendered in the sandbox."""

from pathlib import Path

from knowledge.ingestion.sandbox import run_apart

FORMATS = frozenset({"pdf", "image"})  # of DocumentVersion.format: those that have page images
MIN_WIDTH, MAX_WIDTH = 200, 2000
TIMEOUT_S = 30
MEMORY_BYTES = 1_500_000_000


def page_png(path: Path, page: int, *, width: int = 1200, timeout_s: float = TIMEOUT_S) -> bytes:
    """PNG image of page `page` (from 1; a picture is its own page 1) of the file at `path`.

    width: pixels, kept within 200-2000; timeout_s: seconds of clock and of CPU. The image is smaller where it would take over 8 million pixels. Nothing is cached here.
    Raises ParseError: no_page, encrypted, corrupt, too_large, timeout, crashed.
    """
    wanted = min(max(width, MIN_WIDTH), MAX_WIDTH)
    return run_apart(path, "render", str(page), str(wanted), timeout_s=timeout_s, memory_bytes=MEMORY_BYTES)
