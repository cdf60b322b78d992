"""Questions nobody asked yet: titles and headings of what is published. Marked as such, they train and never measure."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping

from knowledge.models import Chunk
from knowledge.retrieval.likeness import same_key
from training.datasets.types import RIGHT, Example, digest

SOURCE = "synthetic"
LONGEST = 60  # characters of a title that is asked like a question
MOST_PASSAGES = 4  # a heading over more passages says too little of each


def synthetic(base_id: int, most: int, seed: int, known: Mapping[str, object]) -> list[Example]:
    """At most so many questions with the passages under their heading; none that somebody asked (`known`: by key)."""
    under: dict[str, dict[tuple[int, str], int]] = defaultdict(dict)
    said: dict[str, str] = {}
    for question, document, content in _headed(base_id):
        key = digest(base_id, same_key(question))
        under[key][document, content] = RIGHT
        said[key] = question
    usable = sorted(key for key, passages in under.items() if len(passages) <= MOST_PASSAGES and key not in known)
    random.Random(seed).shuffle(usable)
    return [Example(base_id, said[key], key, SOURCE, synthetic=True, grades=under[key]) for key in usable[:most]]


def _headed(base_id: int) -> Iterator[tuple[str, int, str]]:
    rows = Chunk.objects.filter(version__live_of__base=base_id, version__live_of__removed_at=None).order_by("pk")
    facts = ("version__live_of__title", "heading_path", "question", "version__live_of__id", "content_hash")
    for title, path, question, document, content in rows.values_list(*facts).iterator(chunk_size=2_000):
        wording = question or " ".join(dict.fromkeys(filter(None, [title, *path[-1:]])))
        if len(same_key(wording)) >= 4 and len(wording) <= LONGEST:
            yield wording, document, content
