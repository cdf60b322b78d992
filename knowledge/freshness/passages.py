"""What passages say: deadlines that have passed, the same text twice, and sentences that contradict each other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from django.utils import timezone

from knowledge.choices import ChunkKind, FindingKind
from knowledge.freshness.claims import claims_of, context_of
from knowledge.freshness.conflicts import Conflict, conflicts
from knowledge.freshness.dates import past_deadline
from knowledge.freshness.duplicates import ALIKE, fingerprint, likeness, plain
from knowledge.freshness.neighbours import neighbours
from knowledge.freshness.recording import Seen
from knowledge.models import Chunk, Document, KnowledgeBase
from scrm.ai.models import Encoder

# A passage is a neighbour of several; taking it apart costs 3 ms and holds about 15 kB (its shingles 40 kB).
_claims = lru_cache(maxsize=4_000)(claims_of)
_fingerprint = lru_cache(maxsize=500)(fingerprint)

QUOTED = 500  # characters of a passage kept with a finding


@dataclass
class Passage:
    """A live chunk with its document; what it claims is read once."""

    chunk: Chunk
    document: Document

    @cached_property
    def context(self):
        return context_of(self.document.title, self.chunk.heading_path, self.chunk.question)

    @cached_property
    def print(self):
        return _fingerprint(self.chunk.text)

    @cached_property
    def claims(self):
        return _claims(self.chunk.text, question=self.chunk.question, table=self.chunk.kind == ChunkKind.TABLE)

    def place(self, sentence: str) -> list[int]:
        """[start, end] of the sentence in the version's text; of the whole chunk where it stands in a table."""
        at = self.chunk.text.find(sentence)
        return [self.chunk.start + at, self.chunk.start + at + len(sentence)] if at >= 0 else [self.chunk.start, self.chunk.end]


def passages_seen(base: KnowledgeBase, chunk_ids: Sequence[int], encoder: Encoder) -> Iterator[Seen]:
    """Findings of these chunks, alone and beside their neighbours."""
    pairs = neighbours(base, chunk_ids, encoder)
    passages = _passages({*chunk_ids, *(other for _, other in pairs)})
    mine = set(chunk_ids)
    for pk in chunk_ids:
        if pk in passages:
            yield from _outdated(passages[pk])
    twins: dict[tuple[int, int], Seen] = {}
    # A pair that both of its passages name is looked at once, in the slice of the later one.
    for pk, other in {(max(pair), min(pair)) if set(pair) <= mine else pair for pair in pairs}:
        if pk in passages and other in passages:
            yield from _beside(passages[pk], passages[other], twins)
    yield from twins.values()


def _passages(chunk_ids: set[int]) -> dict[int, Passage]:
    chunks = Chunk.objects.filter(pk__in=chunk_ids).in_bulk()
    documents = Document.objects.filter(live_version__in={chunk.version_id for chunk in chunks.values()})
    by_version = {document.live_version_id: document for document in documents}
    return {pk: Passage(chunk, by_version[chunk.version_id]) for pk, chunk in chunks.items() if chunk.version_id in by_version}


def _outdated(passage: Passage) -> Iterator[Seen]:
    found = past_deadline(passage.chunk.text, timezone.localdate())
    if found:
        sentence, day = found
        detail = {"reason": "deadline", "date": day.isoformat(), "mine": sentence, "mine_at": passage.place(sentence)}
        yield Seen(FindingKind.STALE, passage.document, (passage.document.pk, "deadline", plain(sentence)), detail)


def _beside(one: Passage, other: Passage, twins: dict[tuple[int, int], Seen]) -> Iterator[Seen]:
    """The document with the smaller id comes first, so that a pair is one finding from whichever side it is seen."""
    first, second = sorted((one, other), key=lambda each: (each.document.pk, each.chunk.pk))
    different = first.document.pk != second.document.pk
    if different and likeness(first.print, second.print) >= ALIKE:
        _twin(first, second, twins)
        return
    if not different and (first.chunk.kind == ChunkKind.TABLE or first.chunk.heading_path != second.chunk.heading_path):
        return
    for conflict in conflicts(first.claims, second.claims, first.context, second.context):
        yield _contradiction(first, second, conflict)


def _twin(first: Passage, second: Passage, twins: dict[tuple[int, int], Seen]) -> None:
    key = (first.document.pk, second.document.pk)
    seen = twins.setdefault(key, Seen(FindingKind.DUPLICATE, first.document, key, {"passages": [], "count": 0}, second.document))
    seen.detail["passages"].append(
        {
            "mine": first.chunk.text[:QUOTED], "theirs": second.chunk.text[:QUOTED],
            "mine_at": [first.chunk.start, first.chunk.end], "theirs_at": [second.chunk.start, second.chunk.end],
        }
    )  # fmt: skip


def _contradiction(first: Passage, second: Passage, conflict: Conflict) -> Seen:
    detail = {
        "mine": conflict.mine[:QUOTED], "theirs": conflict.theirs[:QUOTED], "what": conflict.what,
        "mine_at": first.place(conflict.mine), "theirs_at": second.place(conflict.theirs),
    }  # fmt: skip
    key = (first.document.pk, second.document.pk, plain(conflict.mine), plain(conflict.theirs))
    return Seen(FindingKind.CONTRADICTION, first.document, key, detail, second.document)
