"""Keeping what an endpoint has written so far, for a page that waits."""

import time
from collections.abc import Callable, Sequence

from django.db.models import QuerySet

from knowledge.types import Hit

TOLD_EVERY_S = 0.3


def written_into(rows: QuerySet) -> Callable[[str, Sequence[Hit]], None]:
    """A listener that keeps what an endpoint has written so far with its passages. Unchecked: the end replaces it."""
    told_at = 0.0

    def tell(text: str, hits: Sequence[Hit]) -> None:
        nonlocal told_at
        if time.monotonic() - told_at < TOLD_EVERY_S:
            return
        told_at = time.monotonic()
        rows.update(result={"written": text, "hits": [{"document_id": hit.document_id, "title": hit.title} for hit in hits]})

    return tell
