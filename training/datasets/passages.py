"""The passages of bases as a trainer sees them: vectors as they are in the index, and where each stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from scrm.ai.models import Encoder
from training.models import DatasetItem
from training.trainers.types import Labelled

if TYPE_CHECKING:
    import numpy as np

MOST = 200_000  # passages of a softmax: 300 MB of vectors; those of the newest documents

_READ = """
SELECT c.id, d.id, c.content_hash, e.vector::text
FROM knowledge_chunkembedding e
JOIN knowledge_chunk c ON c.id = e.chunk_id
JOIN knowledge_document d ON d.live_version_id = c.version_id
WHERE e.encoder_id = %s AND e.base_id = ANY(%s::bigint[]) AND d.removed_at IS NULL
ORDER BY c.id DESC LIMIT %s
"""


@dataclass(frozen=True)
class Passages:
    """`vectors` float32 (n, dim), L2-normalised; `chunks`, `documents` int (n,); `rows`: by (document, hash), and `of` by document."""

    vectors: "np.ndarray"
    documents: "np.ndarray"
    chunks: "np.ndarray"
    rows: dict[tuple[int, str], list[int]]

    def labelled(self, items: Iterable[DatasetItem]) -> Labelled:
        """Items whose right passages are still published."""
        questions, groups = [], []
        for item in items:
            found = self.groups(item.positives)
            if found:
                questions.append(item.question)
                groups.append(found)
        return Labelled(questions, groups)

    def groups(self, positives: Sequence[Sequence]) -> tuple[tuple[int, ...], ...]:
        """One tuple of rows a document."""
        by_document: dict[int, list[int]] = {}
        for document, content, *_grade in positives:
            by_document.setdefault(document, []).extend(self.rows.get((document, content), ()))
        return tuple(tuple(rows) for rows in by_document.values() if rows)

    def chunk_ids(self, positives: Sequence[Sequence]) -> set[int]:
        return {int(self.chunks[row]) for group in self.groups(positives) for row in group}


def read(base_ids: Sequence[int], encoder: Encoder) -> Passages:
    """Live passages of these bases under this encoder."""
    import numpy as np

    with connection.cursor() as cursor:
        cursor.execute(_READ, [encoder.pk, list(base_ids), MOST])
        found = cursor.fetchall()[::-1]
    vectors = np.empty((len(found), encoder.dimensions), np.float32)
    rows: dict[tuple[int, str], list[int]] = {}
    for place, (_chunk, document, content, literal) in enumerate(found):
        vectors[place] = np.fromstring(literal[1:-1], np.float32, sep=",")
        rows.setdefault((document, content), []).append(place)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    return Passages(vectors, np.array([row[1] for row in found], int), np.array([row[0] for row in found], int), rows)
