"""What training learns order and relevance from: the figures of a question's candidates, as a search weighs them."""

from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.retrieval import calibration, passages, ranker, sides
from knowledge.retrieval.background import background_of
from knowledge.retrieval.ranker import Figures
from knowledge.retrieval.search import asked_as, recalled, snapshot
from knowledge.retrieval.sides import Side
from knowledge.types import Scope
from scrm.ai.selectors import active_release


@dataclass(frozen=True)
class Example:
    """One candidate of a question, best first by the first mix. `deviations`, `share`: features of the calibration."""

    chunk_id: int
    figures: Figures
    deviations: float
    share: float


def examples(query: str, scope: Scope, ways: Sequence[Side] = ()) -> list[Example]:
    """The candidates that the ranker orders, under the release in use; nothing while its background is not known. ways: to ask by instead."""
    release = active_release()
    background = background_of(release)
    if background is None:
        return []
    with snapshot():
        weighted, ranked = recalled(query, ways or sides.of_question(query, scope, release), scope, release)
        pool = ranked[: ranker.POOL]
        known = passages.traits(passages.read(pool, scope, weighted.weights), weighted.weights)
    pool = [candidate for candidate in pool if candidate.chunk_id in known]
    figures = ranker.figures(asked_as(query, weighted), pool, known, background)
    mixed = {"background": background, "best_possible": weighted.best_possible}
    return [Example(each.chunk_id, figure, *calibration.features(each, **mixed)) for each, figure in zip(pool, figures, strict=True)]
