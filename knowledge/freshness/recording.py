"""Findings as rows: once each, never again when dismissed, gone when a review does not see them any more."""

import datetime
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field

from knowledge.choices import FindingKind, FindingState
from knowledge.models import Document, Finding, KnowledgeBase

MOST_PASSAGES = 5  # shown of a pair of documents that share many


@dataclass(frozen=True)
class Seen:
    """One thing found. `key`: what makes it the same thing in the next review, whatever version it is seen in."""

    kind: FindingKind
    document: Document
    key: tuple[object, ...]
    detail: dict = field(default_factory=dict)
    other: Document | None = None

    @property
    def digest(self) -> str:
        return hashlib.sha256("\0".join(map(str, (self.kind, *self.key))).encode()).hexdigest()


def findings_see(base: KnowledgeBase, seen: Iterable[Seen], moment: datetime.datetime) -> None:
    """Store what was found at `moment`; what is known keeps its state, dismissed or open."""
    rows = {
        (each.kind, each.digest): Finding(
            base=base, kind=each.kind, key=each.digest, document=each.document, other=each.other, detail=each.detail, seen_at=moment,
            version_id=each.document.live_version_id, other_version_id=each.other and each.other.live_version_id,
        )
        for each in seen
    }  # fmt: skip
    Finding.objects.bulk_create(
        rows.values(), batch_size=500, update_conflicts=True, unique_fields=["base", "kind", "key"],
        update_fields=["document", "other", "version", "other_version", "detail", "seen_at"],
    )  # fmt: skip


def with_passages_of_this_review(base: KnowledgeBase, seen: Iterable[Seen], since: datetime.datetime) -> list[Seen]:
    """Duplicates gather: the passages that earlier slices of this review found for the same pair of documents are kept."""
    seen = list(seen)
    known = Finding.objects.filter(base=base, kind=FindingKind.DUPLICATE, key__in=[each.digest for each in seen], seen_at__gte=since)
    before = {row.key: row.detail for row in known}
    for each in seen:
        old = before.get(each.digest, {"passages": [], "count": 0})
        fresh = [passage for passage in each.detail["passages"] if passage not in old["passages"]]
        each.detail["count"] = old["count"] + len(fresh)
        each.detail["passages"] = (old["passages"] + fresh)[:MOST_PASSAGES]
    return seen


def findings_forget(base: KnowledgeBase, since: datetime.datetime) -> int:
    """Open findings that the review begun at `since` has not seen are over."""
    return Finding.objects.filter(base=base, state=FindingState.OPEN).exclude(seen_at__gte=since).delete()[0]
