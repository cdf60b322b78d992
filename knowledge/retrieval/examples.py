"""What training learns order and relevance from: the figures of a question's candidates, as a search weighs them."""

from dataclasses import dataclass

from knowledge.retrieval import calibration, passages, ranker, vectors
from knowledge.retrieval.background import background_of
from knowledge.retrieval.ranker import Figures
from knowledge.retrieval.search import asked_as, recalled, snapshot
from knowledge.types import Scope
from scrm.ai.encoders import load
from scrm.ai.selectors import active_release


@dataclass(frozen=True)
class Example:
    """One candidate of a question, best first by the first mix. `deviations`, `share`: features of the calibration."""

    chunk_id: int
    figures: Figures
    deviations: float
    share: float


def examples(query: str, scope: Scope) -> list[Example]:
    """The candidates that the ranker orders, under the release in use; nothing while its background is not known."""
    release = active_release()
    background = background_of(release)
    if background is None:
        return []
    vector = vectors.literal(load(release.query_encoder).encode_queries([query])[0])
    with snapshot():
        weighted, ranked = recalled(query, vector, scope, release)
        pool = ranked[: ranker.POOL]
        known = passages.traits(passages.read(pool, scope, weighted.weights), weighted.weights)
    pool = [candidate for candidate in pool if candidate.chunk_id in known]
    figures = ranker.figures(asked_as(query, weighted), pool, known, background)
    mixed = {"background": background, "best_possible": weighted.best_possible}
    return [Example(each.chunk_id, figure, *calibration.features(each, **mixed)) for each, figure in zip(pool, figures, strict=True)]
