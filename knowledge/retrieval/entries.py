"""Questions and answers among what was found: a stored question that is the question asked comes before any other passage."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db import connection

from knowledge.retrieval.background import background_of
from knowledge.retrieval.fusion import Candidate, ordered
from knowledge.retrieval.likeness import SAME_WORDS, deviations, dice, likeness, pairs_of
from knowledge.types import Reason
from scrm.ai.models import ModelRelease

LEAD = 1.5  # of the mixed score, for the same question: an entry that says it briefly comes before a passage that says it often
MOST_ENCODED = 5  # wordings whose meaning is compared, the best candidates first

_WORDINGS = """
SELECT c.id, c.version_id, c.question FROM knowledge_chunk c JOIN knowledge_document d ON d.live_version_id = c.version_id
WHERE c.id = ANY(%s::bigint[]) AND d.kind = 'faq'
"""


@dataclass(frozen=True)
class Wording:
    """A candidate that is an entry's wording. `alike`: 0 = another question, 1 = the question asked (knowledge.retrieval.likeness)."""

    version_id: int
    text: str
    alike: float = 0.0


def wordings(ranked: Sequence[Candidate], query: str, query_vector, release: ModelRelease) -> dict[int, Wording]:
    """Of the candidates (best first) those that are wordings of entries, by chunk. query_vector: float32 (dim,), L2-normalised."""
    with connection.cursor() as cursor:
        cursor.execute(_WORDINGS, [[candidate.chunk_id for candidate in ranked]])
        found = {chunk: Wording(version, text) for chunk, version, text in cursor.fetchall()}
    if not found:
        return {}
    asked = pairs_of(query)
    words = {chunk: dice(asked, pairs_of(each.text)) for chunk, each in found.items()}
    meant = _meant([c.chunk_id for c in ranked if c.chunk_id in found and words[c.chunk_id] < SAME_WORDS], found, query_vector, release)
    return {chunk: replace(each, alike=likeness(words[chunk], meant.get(chunk))) for chunk, each in found.items()}


def leading(ranked: Sequence[Candidate], found: dict[int, Wording], factor: float = 1.0) -> list[Candidate]:
    """Best first with the lead of entries, one passage an entry: that of its wording most like the question. factor: tuning's."""
    if not found:
        return list(ranked)
    raised = ordered(_raised(c, found[c.chunk_id].alike, factor) if c.chunk_id in found else c for c in ranked)
    seen: set[int] = set()
    kept = []
    for candidate in raised:
        version = found[candidate.chunk_id].version_id if candidate.chunk_id in found else None
        if version not in seen:
            kept.append(candidate)
        if version is not None:
            seen.add(version)
    return kept


def _raised(candidate: Candidate, alike: float, factor: float) -> Candidate:
    """Whoever asks just this wants this answer: what was doubted of it is halved and more."""
    sure = 1 - (1 - candidate.relevance) * (1 - 0.9 * alike)
    lead = factor * LEAD * alike
    reasons = (*candidate.reasons, Reason("faq", alike, lead))
    return candidate._replace(score=candidate.score + lead, relevance=sure, reasons=reasons, alike=alike)


def _meant(chunks: Sequence[int], found: dict[int, Wording], query_vector, release: ModelRelease) -> dict[int, float]:
    background = background_of(release)
    if background is None or not chunks:
        return {}
    chunks = chunks[:MOST_ENCODED]
    far = deviations(query_vector, [found[chunk].text for chunk in chunks], release.query_encoder, background)
    return dict(zip(chunks, far, strict=True))
