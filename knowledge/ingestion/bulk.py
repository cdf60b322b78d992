"""Many short texts at once, at the encoder's speed: evaluation sets, question lists of other programs.

The same chunks, vectors, keyword rows and publishing as files get; only the batches span documents (500 a transaction).
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from knowledge.choices import VersionState
from knowledge.ingestion.chunking import chunk_document
from knowledge.ingestion.parsers.plain import parse_text
from knowledge.ingestion.parsers.questions import pair_questions
from knowledge.ingestion.stages import batches, chunk_rows, encode_chunks
from knowledge.ingestion.types import ParsedDocument
from knowledge.models import Chunk, Document, DocumentVersion, KnowledgeBase
from knowledge.retrieval import lexical, vectors
from knowledge.retrieval.lexical import stats_apply_in_tx
from scrm.ai.encoders import load
from scrm.ai.selectors import active_release
from scrm.core.locks import lock_in_tx

BATCH = 500


@dataclass(frozen=True)
class Loaded:
    """`documents` were published, `unchanged` had this content already, `empty` hold no text."""

    documents: int = 0
    chunks: int = 0
    unchanged: int = 0
    empty: int = 0

    def __add__(self, other: "Loaded") -> "Loaded":
        return Loaded(*(getattr(self, name) + getattr(other, name) for name in ("documents", "chunks", "unchanged", "empty")))


@dataclass
class _Text:
    name: str
    sha256: str
    parsed: ParsedDocument
    version: DocumentVersion | None = None
    chunks: Sequence[Chunk] = ()


def load_documents(
    base: KnowledgeBase, documents: Iterable[tuple[str, str, str]], progress: Callable[[int], None] | None = None, *, batch: int = BATCH
) -> Loaded:
    """Publish (name, title, text) documents in the base. A name that exists gets a new version, unless its content is the same.

    progress: called with the number of documents done so far. Raises NoActiveRelease; what was committed before stays.
    """
    row = active_release().passage_encoder
    encoder = load(row)
    total, seen = Loaded(), 0
    for group in batches(documents, batch):
        total += _load_group(base, group, row, encoder)
        seen += len(group)
        if progress:
            progress(seen)
    return total


def _load_group(base: KnowledgeBase, group: list[tuple[str, str, str]], row, encoder) -> Loaded:
    latest = {name: (name, title, text) for name, title, text in group}
    texts = [_prepared(*each) for each in latest.values()]
    known = set(DocumentVersion.objects.filter(base=base, sha256__in=[each.sha256 for each in texts]).values_list("sha256", flat=True))
    fresh = [each for each in texts if each.sha256 not in known and each.parsed.blocks]
    empty = sum(not each.parsed.blocks for each in texts)
    for each in fresh:
        each.version = DocumentVersion()
        each.chunks = chunk_rows(each.version, each.parsed.title, chunk_document(each.parsed))
    chunks = [chunk for each in fresh for chunk in each.chunks]
    if chunks:
        encoded = encode_chunks(chunks, [each.parsed.title for each in fresh for _ in each.chunks], encoder)
        with transaction.atomic(durable=True):
            _save_in_tx(base, fresh, chunks, row, encoded)
    return Loaded(len(fresh), len(chunks), len(texts) - len(fresh) - empty, empty)


def _prepared(name: str, title: str, text: str) -> _Text:
    digest = hashlib.sha256("\0".join((name, title, text)).encode()).hexdigest()
    parsed = replace(parse_text(text, title), title=title)  # without a title there is none: a name or an id says nothing
    return _Text(name[:400], digest, pair_questions(parsed))


def _save_in_tx(base: KnowledgeBase, fresh: list[_Text], chunks: list[Chunk], row, encoded) -> None:
    documents, replaced = _documents_in_tx(base, fresh)
    numbers = _numbers(documents)
    now = timezone.now()
    for each in fresh:
        document, version = documents[each.name], each.version
        document.title = each.parsed.title[:400]
        version.document, version.base, version.number = document, base, numbers.get(document.pk, 0) + 1
        version.sha256, version.text, version.format = each.sha256, each.parsed.text, "txt"
        version.outline, version.size = {"title": document.title}, len(each.parsed.text.encode())
        version.state, version.published_at = VersionState.PUBLISHED, now
    DocumentVersion.objects.filter(pk__in=replaced).update(state=VersionState.SUPERSEDED)
    DocumentVersion.objects.bulk_create([each.version for each in fresh])
    for each in fresh:
        for chunk in each.chunks:
            chunk.version = each.version  # again, now that it has its id
    Chunk.objects.bulk_create(chunks, batch_size=1000)
    vectors.rows_save_in_tx(chunks, row, encoded)
    lexical.rows_save_in_tx(lexical.rows_for(chunks))
    for each in fresh:
        documents[each.name].live_version = each.version
        documents[each.name].removed_at = None
    Document.objects.bulk_update(documents.values(), ["title", "live_version", "removed_at"], batch_size=500)
    stats_apply_in_tx(base.pk, [each.version.pk for each in fresh], replaced)


def _documents_in_tx(base: KnowledgeBase, fresh: list[_Text]) -> tuple[dict[str, Document], list[int]]:
    """(documents by name, made where missing and locked; ids of live versions to be replaced)."""
    lock_in_tx("lexical", base.pk)
    names = [each.name for each in fresh]
    Document.objects.bulk_create([Document(base=base, name=name) for name in names], ignore_conflicts=True)
    rows = Document.objects.select_for_update().filter(base=base, name__in=names)
    documents = {document.name: document for document in rows}
    return documents, [document.live_version_id for document in documents.values() if document.live_version_id]


def _numbers(documents: dict[str, Document]) -> dict[int, int]:
    ids = [document.pk for document in documents.values()]
    return dict(DocumentVersion.objects.filter(document__in=ids).values_list("document").annotate(Max("number")))
