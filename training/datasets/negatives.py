"""Hard negatives: what our own search finds and nobody called right, less what may well be right unnoticed.

A passage counts as wrong only when its likeness lies clearly under that of a right one (cf. Moreira et al., NV-Retriever, 2024), or when
a person said so.
"""

from collections.abc import Sequence

from knowledge.models import Chunk
from knowledge.retrieval import search
from knowledge.retrieval.background import background_of
from knowledge.types import Hit, Scope
from scrm.ai.selectors import active_release
from training.datasets.types import Example

MOST = 4  # of an example
LOOKED_AT = 20  # hits
MARGIN = 1.0  # deviations of the encoder's background below the best right passage that was found
UNKNOWN = 0.02  # as a cosine, while the background is not measured


def mined(example: Example) -> list[tuple[int, str]]:
    """(document, hash) of the wrong passages that stand highest, those that a person refused first."""
    result = search(example.question, Scope((example.base_id,), internal=True), limit=LOOKED_AT, threshold=0.0)
    hashes = dict(Chunk.objects.filter(pk__in=[hit.chunk_id for hit in result.hits]).values_list("pk", "content_hash"))
    right = {(document, content) for document, content, _grade in example.positives}
    documents = {document for document, _ in right}
    most = _ceiling(result.hits, documents)
    found = [
        (hit.document_id, hashes[hit.chunk_id])
        for hit in result.hits
        if hit.chunk_id in hashes and hit.document_id not in documents and (hit.vector_score or 0.0) <= most
    ]
    said = sorted(example.wrong - right)
    return list(dict.fromkeys([*said, *(each for each in found if each not in right)]))[: max(MOST, len(said))]


def _ceiling(hits: Sequence[Hit], documents: set[int]) -> float:
    """The largest cosine a wrong passage may have; none at all when no right one was found, for then we cannot tell."""
    best = max((hit.vector_score or 0.0 for hit in hits if hit.document_id in documents), default=None)
    background = background_of(active_release())
    return -1.0 if best is None else best - (MARGIN * background.deviation if background else UNKNOWN)
