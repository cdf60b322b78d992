"""The stages of one version. Each commits its result together with the state it leads to, so a killed import goes on where it stood."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from itertools import islice
from pathlib import Path
from typing import TypeVar

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from knowledge.choices import VersionState
from knowledge.ingestion import faq
from knowledge.ingestion.chunking import chunk_document, index_text
from knowledge.ingestion.sandbox import STEP_S, parse_file
from knowledge.ingestion.types import ChunkDraft, ParsedDocument, ParseError
from knowledge.models import Chunk, ChunkEmbedding, DocumentVersion
from knowledge.retrieval import lexical, vectors
from scrm.ai.encoders import TextEncoder
from scrm.ai.models import Encoder

T = TypeVar("T")
Progress = Callable[[int, int], None]  # done, total

INSERT_ROWS = 1000
INDEX_ROWS = 500
PAGE_S = STEP_S  # how long one page may be read by OCR
EMBED_ROWS = 64  # a second or two of encoding: what a kill loses, and how often progress is told

# The same text under the same encoder has the same vector, wherever it was encoded.
_REUSE = """
INSERT INTO knowledge_chunkembedding (chunk_id, version_id, base_id, encoder_id, vector)
SELECT DISTINCT ON (c.id) c.id, c.version_id, v.base_id, e.encoder_id, e.vector
FROM knowledge_chunk c
JOIN knowledge_documentversion v ON v.id = c.version_id
JOIN knowledge_chunk twin ON twin.content_hash = c.content_hash AND twin.id <> c.id
JOIN knowledge_chunkembedding e ON e.chunk_id = twin.id AND e.encoder_id = %s
WHERE c.version_id = ANY(%s)
ON CONFLICT (chunk_id, encoder_id) DO NOTHING
"""


def parse_seconds(size: int) -> int:
    """How long parsing a file of this many bytes may take."""
    return min(300, 60 + 5 * (size // 1_000_000))


def read_version(version: DocumentVersion, progress: Progress | None = None, meanwhile: Callable[[], None] | None = None) -> None:
    """RECEIVED -> CHUNKED. progress: told of pages that OCR has read; what it raises stops the parser. meanwhile: called now and then
    while a parser is waited for. Raises ParseError.
    """
    try:
        path, seconds = Path(version.file.path), parse_seconds(version.size)
        document = parse_file(path, version.document.name, timeout_s=seconds, progress=progress, meanwhile=meanwhile)
    except (FileNotFoundError, ValueError) as error:
        raise ParseError("missing", str(error)) from error
    facts = {"text": document.text, "pages": document.pages, "format": document.format}
    _save_chunks(version, VersionState.RECEIVED, outline_of(document), chunk_document(document), facts)


def chunk_version(version: DocumentVersion) -> None:
    """PARSED -> CHUNKED, of what came as text: a question and its answer, of which the outline keeps all."""
    if entry := faq.wordings_of(version.outline):
        outline, drafts = entry.outline, faq.drafts(entry)
    else:
        document = ParsedDocument.from_json({**version.outline, "text": version.text})
        outline, drafts = outline_of(document), chunk_document(document)
    _save_chunks(version, VersionState.PARSED, outline, drafts, {})


def outline_of(document: ParsedDocument) -> dict:
    """What is kept of a document beside its text and chunks: the title and the places where pages begin (boxes go to the chunks)."""
    return {"title": document.title, "pages": page_starts(document)}


def _save_chunks(version: DocumentVersion, before: VersionState, outline: dict, drafts: Iterable[ChunkDraft], facts: dict) -> None:
    rows = chunk_rows(version, outline["title"], drafts)
    with transaction.atomic(durable=True):
        if _advance(version, before, VersionState.CHUNKED, outline=outline, **facts):
            Chunk.objects.bulk_create(rows, batch_size=INSERT_ROWS)


def page_starts(document: ParsedDocument) -> list[list[int]]:
    """[page, offset of its first block] in reading order."""
    starts: dict[int, int] = {}
    for block in document.blocks:
        if block.page is not None:
            starts.setdefault(block.page, block.start)
    return [[page, start] for page, start in starts.items()]


def chunk_rows(version: DocumentVersion, title: str, drafts: Iterable[ChunkDraft]) -> list[Chunk]:
    """Unsaved chunks of a version."""
    return [
        Chunk(
            version=version, ordinal=draft.ordinal, kind=draft.kind, text=draft.text, question=draft.question,
            heading_path=list(draft.heading_path), page=draft.page, boxes=[list(box) for box in draft.boxes], start=draft.start, end=draft.end, words=draft.words,
            content_hash=content_hash(index_text(title, draft.heading_path, draft.text)),
        )
        for draft in drafts
    ]  # fmt: skip


def content_hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def embed_versions(versions: Sequence[DocumentVersion], row: Encoder, encoder: TextEncoder, progress: Progress) -> None:
    """Vectors for every chunk of the versions that has none under this encoder."""
    with ThreadPoolExecutor(1, "encoding") as pool:
        for encoding in embedding(versions, row, encoder, pool, progress):
            wait([encoding])


def embedding(
    versions: Sequence[DocumentVersion], row: Encoder, encoder: TextEncoder, pool: Executor, progress: Progress
) -> Iterator[Future]:
    """As embed_versions, yielding each encoding that must be done before it is asked for more.

    Batches span versions, each commits; one is encoded in the pool while the one before is saved.
    """
    ids = [version.pk for version in versions]
    with connection.cursor() as cursor:
        cursor.execute(_REUSE, [row.pk, ids])
    missing = list(chunks_without_vector(ids, row).order_by("version_id", "ordinal").values_list("pk", flat=True))
    by_id = {version.pk: version for version in versions}
    groups = batches(missing, EMBED_ROWS)
    done, ahead = 0, _handed_over(groups, by_id, encoder, pool)
    while ahead:
        chunks, encoding = ahead
        yield encoding
        encoded = encoding.result()
        ahead = _handed_over(groups, by_id, encoder, pool)
        with transaction.atomic(durable=True):
            vectors.rows_save_in_tx(chunks, row, encoded)
        done += len(chunks)
        progress(done, len(missing))


def _handed_over(
    groups: Iterator[list[int]], by_id: dict[int, DocumentVersion], encoder: TextEncoder, pool: Executor
) -> tuple[list[Chunk], Future] | None:
    """The next chunks and their encoding; None when there are no more."""
    batch = next(groups, None)
    if batch is None:
        return None
    chunks = sorted(Chunk.objects.filter(pk__in=batch), key=lambda chunk: chunk.pk)
    for chunk in chunks:
        chunk.version = by_id[chunk.version_id]
    return chunks, pool.submit(encode_chunks, chunks, [title_of(chunk.version) for chunk in chunks], encoder)


def chunks_without_vector(version_ids: Sequence[int], row: Encoder) -> QuerySet[Chunk]:
    has_vector = ChunkEmbedding.objects.filter(chunk=OuterRef("pk"), encoder=row)
    return Chunk.objects.filter(~Exists(has_vector), version_id__in=version_ids)


def encode_chunks(chunks: Sequence[Chunk], titles: Sequence[str], encoder: TextEncoder):
    """float32 (len(chunks), dimensions); equal texts are encoded once."""
    texts = [index_text(title, chunk.heading_path, chunk.text) for chunk, title in zip(chunks, titles, strict=True)]
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    encoded = encoder.encode_passages(list(places))
    return encoded[[places[text] for text in texts]]


def index_versions(versions: Sequence[DocumentVersion], progress: Progress) -> None:
    """EMBEDDED -> INDEXED, of versions of one base: keyword rows, which count from the moment of publishing."""
    by_id = {version.pk: version for version in versions}
    for version in versions:
        version.document.title = title_of(version)  # the stored title stays the live version's until then
    chunks = Chunk.objects.filter(version__in=by_id).order_by("version_id", "ordinal")
    total, done = chunks.count(), 0
    for batch in batches(chunks.iterator(chunk_size=INDEX_ROWS), INDEX_ROWS):
        for chunk in batch:
            chunk.version = by_id[chunk.version_id]
        rows = lexical.rows_for(batch)
        with transaction.atomic(durable=True):
            lexical.rows_save_in_tx(rows)
        done += len(batch)
        progress(done, total)
    move(versions, VersionState.EMBEDDED, VersionState.INDEXED)


def title_of(version: DocumentVersion) -> str:
    return version.outline.get("title") or version.document.title


def move(versions: Sequence[DocumentVersion], before: VersionState, after: VersionState) -> None:
    """Guarded by the state they start from: a second worker on the same version changes nothing."""
    DocumentVersion.objects.filter(pk__in=[version.pk for version in versions], state=before).update(state=after)
    for version in versions:
        version.state = after


def _advance(version: DocumentVersion, before: VersionState, after: VersionState, **facts) -> bool:
    """Move one with what its stage found; False when another worker has done so, whose findings are then read."""
    if not DocumentVersion.objects.filter(pk=version.pk, state=before).update(state=after, **facts):
        version.refresh_from_db(fields=["state", "text", "outline", "pages", "format"])
        return False
    for name, value in {"state": after, **facts}.items():
        setattr(version, name, value)
    return True


def batches(items: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(items)
    while batch := list(islice(iterator, size)):
        yield batch
